package dev.baton.infer;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.Precision;
import dev.baton.ShapeException;
import dev.baton.StateException;
import dev.baton.io.ModelFile;
import dev.baton.io.Weights;
import dev.baton.nn.DecodingGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * Writes text with a trained model, token by token. The keys and values of all tokens so far are kept, so that each new token is
 * computed alone; a prompt goes in at once, in chunks of a few sizes. Any model that takes tokens, int32 [N, T], to logits
 * [N, T, vocabulary] and whose tokens look at each other by causal attention alone can write, such as {@link
 * dev.baton.model.Gpt} or whatever is made of embeddings, positions and causal {@link dev.baton.nn.TransformerBlock}s.
 *
 * <p>Prompt and text together have at most as many tokens as the model knows positions, and one more: a text ends there ({@link
 * WrittenText.End#CONTEXT_FULL}). Any number of threads may use one generator; they take turns.
 */
public final class TextGenerator implements AutoCloseable {

    private static final int SMALLEST_CHUNK = 8;
    private static final int LARGEST_CHUNK = 128;

    private final ReentrantLock turn = new ReentrantLock();
    private final Session session;
    private final Opened opened;
    private final CachedModel model;
    private final float[] logits;

    private TextGenerator(Session session, Opened opened, DecodingGraph decoding) {
        this.session = session;
        this.opened = opened;
        this.model = new CachedModel(session, opened, decoding);
        this.logits = new float[model.vocabulary()];
    }

    /**
     * A generator with the weights that a session has now, on the same backend and in its precision. It keeps a copy: later
     * training does not change it, and the session may be closed.
     *
     * @throws ShapeException if the model cannot be run token by token
     * @throws BatonException if the model knows any number of positions: then the other method is to be taken
     */
    public static TextGenerator of(Session session, Layer model) {
        return make(session, model, DecodingGraph.AS_THE_MODEL);
    }

    /**
     * The same for texts of fewer positions than the model knows, which takes less memory, or for a model that knows any number.
     *
     * @param context how many positions prompt and text may have
     * @throws BatonException if that is none, or more than the model knows
     */
    public static TextGenerator of(Session session, Layer model, long context) {
        if (context < 1) {
            throw new BatonException("a text has at least one position, not " + context);
        }
        return make(session, model, context);
    }

    private static TextGenerator make(Session session, Layer model, long context) {
        return make(session.backend(), session.precision(), own -> {
            DecodingGraph decoding = DecodingGraph.of(model, context);
            Weights.copy(session, own, model);
            return decoding;
        });
    }

    /**
     * A generator with the model of a file, on the best backend available. The classes of its layers are not needed.
     *
     * @param file as {@code Trainer.save} and {@code ModelFile} write it
     * @throws DataException if the file cannot be read, or holds no model that writes text
     */
    public static TextGenerator load(Path file) {
        return load(file, null);
    }

    /**
     * A generator with the model of a file.
     *
     * @param backend its name; null for the best one available
     * @throws DataException if the file cannot be read, or holds no model that writes text
     */
    public static TextGenerator load(Path file, String backend) {
        return make(backend, Precision.FLOAT32, own -> ModelFile.loadDecoding(own, file));
    }

    private static TextGenerator make(String backend, Precision precision, Function<Session, DecodingGraph> source) {
        Opened opened = Opened.here("text generator");
        Session session = opened.session(backend, 0, precision);
        try {
            DecodingGraph decoding = source.apply(session);
            session.release();
            return new TextGenerator(session, opened, decoding);
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    /** How many positions prompt and text may have. */
    public long context() {
        return model.context();
    }

    /** How many different tokens there are. */
    public int vocabulary() {
        return model.vocabulary();
    }

    /**
     * Goes on with a prompt.
     *
     * @throws DataException if the prompt is empty, longer than the context or has unknown tokens, or the model's logits are
     *     not finite
     * @throws StateException if the generator is closed
     */
    public WrittenText generate(int[] prompt, Sampling sampling) {
        return generate(prompt, sampling, token -> true);
    }

    /**
     * The same, token by token.
     *
     * @param listener is told of each token as soon as it is chosen; the text ends where it says false
     */
    public WrittenText generate(int[] prompt, Sampling sampling, IntPredicate listener) {
        return generate(List.of(prompt), sampling, (number, token) -> listener.test(token))
                .get(0);
    }

    /**
     * Goes on with several prompts at once, of any lengths. That is faster than one after the other, and the caches take memory
     * for each.
     *
     * @return a text for each prompt
     * @throws DataException if there is no prompt, or one is empty, longer than the context or has unknown tokens, or the model's
     *     logits are not finite
     * @throws StateException if the generator is closed
     */
    public List<WrittenText> generate(List<int[]> prompts, Sampling sampling) {
        return generate(prompts, sampling, (number, token) -> true);
    }

    /**
     * The same, token by token.
     *
     * @param listener is told of each token as soon as it is chosen; what it throws comes out here
     */
    public List<WrittenText> generate(List<int[]> prompts, Sampling sampling, TokenListener listener) {
        check(prompts);
        var random = new SplittableRandom(sampling.seed());
        var texts = new ArrayList<Writing>();
        for (int[] prompt : prompts) {
            texts.add(new Writing(
                    texts.size(), prompt.clone(), sampling, random.split(), context() - prompt.length + 1, listener));
        }
        take("write another text");
        try {
            opened.requireOpen();
            try {
                model.begin(texts.size());
                readPrompts(texts);
                while (texts.stream().anyMatch(text -> !text.hasEnded())) {
                    writeOne(texts);
                }
            } finally {
                session.release();
            }
        } finally {
            turn.unlock();
        }
        return texts.stream().map(Writing::text).toList();
    }

    /** Waits for the turn of this thread. */
    private void take(String what) {
        if (turn.isHeldByCurrentThread()) {
            throw new StateException("who is told of the tokens of a text cannot " + what + " before it has ended");
        }
        turn.lock();
    }

    private void check(List<int[]> prompts) {
        if (prompts.isEmpty()) {
            throw new DataException("there is no prompt to go on with");
        }
        for (int i = 0; i < prompts.size(); i++) {
            int[] prompt = prompts.get(i);
            String which = prompts.size() == 1 ? "the prompt" : "prompt " + i;
            if (prompt.length == 0) {
                throw new DataException(which + " is empty: a text goes on from at least one token");
            } else if (prompt.length > context()) {
                throw new DataException(which + " has " + prompt.length + " tokens, the context " + context()
                        + ": leave out its beginning");
            }
            for (int j = 0; j < prompt.length; j++) {
                if (prompt[j] < 0 || prompt[j] >= vocabulary()) {
                    throw new DataException(which + " has token " + prompt[j] + " at position " + j
                            + "; tokens are 0 to " + (vocabulary() - 1));
                }
            }
        }
    }

    /** Puts the prompts into the caches, the same part of each at a time, and writes the first token behind each. */
    private void readPrompts(List<Writing> texts) {
        int longest =
                texts.stream().mapToInt(text -> text.prompt().length).max().orElseThrow();
        for (int from = 0; from < longest; ) {
            int count = chunk(longest - from);
            for (int i = 0; i < texts.size(); i++) {
                int[] prompt = texts.get(i).prompt();
                for (int j = 0; j < count; j++) {
                    // What fills up a shorter prompt is written over before a token looks at it.
                    model.token(count, i, j, from + j < prompt.length ? prompt[from + j] : 0);
                }
                model.position(i, from);
                model.answer(count, i, Math.max(0, Math.min(count, prompt.length - from) - 1));
            }
            model.run(count);
            for (int i = 0; i < texts.size(); i++) {
                int end = texts.get(i).prompt().length;
                if (end > from && end <= from + count) {
                    goOn(texts.get(i), i);
                }
            }
            from += count;
        }
    }

    /** How many tokens of a prompt go in next: few different numbers, so that there are few plans. */
    private static int chunk(int left) {
        if (left == 1) {
            return 1;
        }
        int size = SMALLEST_CHUNK;
        while (size < left && size < LARGEST_CHUNK) {
            size *= 2;
        }
        return size;
    }

    private void writeOne(List<Writing> texts) {
        for (int i = 0; i < texts.size(); i++) {
            // A text that has ended goes through the same token again, which nobody looks at.
            model.token(1, i, 0, texts.get(i).last());
            model.position(i, texts.get(i).position());
            model.answer(1, i, 0);
        }
        model.run(1);
        for (int i = 0; i < texts.size(); i++) {
            if (!texts.get(i).hasEnded()) {
                goOn(texts.get(i), i);
            }
        }
    }

    private void goOn(Writing text, int sequence) {
        model.logits(sequence, logits);
        text.next(logits);
    }

    /** Waits for the texts that are being written, if any; closing twice does nothing. */
    @Override
    public void close() {
        take("close its generator");
        try {
            model.close();
            session.close();
        } finally {
            turn.unlock();
        }
    }
}
