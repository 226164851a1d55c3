package dev.baton.infer;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
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
 * WrittenText.End#CONTEXT_FULL}), or goes on over the last of its tokens ({@link Sampling#slidingWindow}). Any number of threads
 * may use one generator; they take turns.
 */
public final class TextGenerator implements AutoCloseable {

    private static final int SMALLEST_CHUNK = 8;
    private static final int LARGEST_CHUNK = 128;

    private final ReentrantLock turn = new ReentrantLock();
    private final Session session;
    private final Opened opened;
    private final CachedModel model;
    private final DecodingGraph decoding;
    private final float[] logits;
    /** Made when the first text slides. */
    private WindowModel windows;

    private TextGenerator(Session session, Opened opened, DecodingGraph decoding) {
        this.session = session;
        this.opened = opened;
        this.model = new CachedModel(session, opened, decoding);
        this.decoding = decoding;
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

    /** How many positions prompt and text may have; those that a {@linkplain Sampling#slidingWindow sliding window} goes over. */
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
     * @throws BatonException if a sliding window says nowhere where the text ends
     * @throws DataException if the prompt is empty, longer than the context without a sliding window, or has unknown tokens, or
     *     the model's logits are not finite
     * @throws StateException if the generator is closed
     */
    public WrittenText generate(int[] prompt, Sampling sampling) {
        sampling.requireEnd();
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
     * @throws BatonException if a sliding window says nowhere where a text ends
     * @throws DataException if there is no prompt, or one is empty, longer than the context without a sliding window, or has
     *     unknown tokens, or the model's logits are not finite
     * @throws StateException if the generator is closed
     */
    public List<WrittenText> generate(List<int[]> prompts, Sampling sampling) {
        sampling.requireEnd();
        return generate(prompts, sampling, (number, token) -> true);
    }

    /**
     * The same, token by token.
     *
     * @param listener is told of each token as soon as it is chosen; what it throws comes out here
     */
    public List<WrittenText> generate(List<int[]> prompts, Sampling sampling, TokenListener listener) {
        check(prompts, sampling);
        var random = new SplittableRandom(sampling.seed());
        var texts = new ArrayList<Writing>();
        for (int[] prompt : prompts) {
            long room = sampling.slides() ? Long.MAX_VALUE : context() - prompt.length + 1;
            texts.add(new Writing(texts.size(), prompt, sampling, random.split(), room, listener));
        }
        take("write another text");
        try {
            opened.requireOpen();
            try {
                model.begin(texts.size());
                readPrompts(texts);
                while (texts.stream().anyMatch(text -> !text.hasEnded())) {
                    List<Writing> beyond = texts.stream()
                            .filter(text -> !text.hasEnded() && !fits(text))
                            .toList();
                    writeOne(texts);
                    writeOneOver(beyond);
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

    /** Whether the caches have room for all tokens of a text. */
    private boolean fits(Writing text) {
        return text.length() <= context();
    }

    private void check(List<int[]> prompts, Sampling sampling) {
        if (prompts.isEmpty()) {
            throw new DataException("there is no prompt to go on with");
        }
        for (int i = 0; i < prompts.size(); i++) {
            int[] prompt = prompts.get(i);
            String which = prompts.size() == 1 ? "the prompt" : "prompt " + i;
            if (prompt.length == 0) {
                throw new DataException(which + " is empty: a text goes on from at least one token");
            } else if (prompt.length > context() && !sampling.slides()) {
                throw new DataException(which + " has " + prompt.length + " tokens, the context " + context()
                        + ": leave out its beginning, or take a sliding window");
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
        int longest = texts.stream()
                .filter(this::fits)
                .mapToInt(Writing::prompt)
                .max()
                .orElse(0);
        for (int from = 0; from < longest; ) {
            int count = chunk(longest - from);
            for (int i = 0; i < texts.size(); i++) {
                Writing text = texts.get(i);
                for (int j = 0; j < count; j++) {
                    // What fills up a shorter prompt is written over before a token looks at it.
                    model.token(count, i, j, from + j < text.prompt() ? text.token(from + j) : 0);
                }
                model.position(i, from);
                model.answer(count, i, Math.max(0, Math.min(count, text.prompt() - from) - 1));
            }
            NDArray answers = model.run(count);
            for (int i = 0; i < texts.size(); i++) {
                int end = texts.get(i).prompt();
                if (end > from && end <= from + count && end <= context()) {
                    goOn(texts.get(i), answers, i);
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

    /** One more token of each text that fits. */
    private void writeOne(List<Writing> texts) {
        if (texts.stream().allMatch(text -> text.hasEnded() || !fits(text))) {
            return;
        }
        for (int i = 0; i < texts.size(); i++) {
            // A text that has ended, or goes on without caches, goes through its last token, which nobody looks at.
            int last = texts.get(i).length() - 1;
            model.token(1, i, 0, texts.get(i).token(last));
            model.position(i, last);
            model.answer(1, i, 0);
        }
        NDArray answers = model.run(1);
        for (int i = 0; i < texts.size(); i++) {
            if (!texts.get(i).hasEnded() && fits(texts.get(i))) {
                goOn(texts.get(i), answers, i);
            }
        }
    }

    /** One more token of each of some texts, over the last tokens of each. */
    private void writeOneOver(List<Writing> texts) {
        if (texts.isEmpty()) {
            return;
        }
        if (windows == null) {
            windows = new WindowModel(session, opened, decoding, vocabulary());
        }
        windows.begin(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            windows.tokens(i, texts.get(i));
        }
        NDArray answers = windows.run();
        for (int i = 0; i < texts.size(); i++) {
            goOn(texts.get(i), answers, i);
        }
    }

    private void goOn(Writing text, NDArray answers, int sequence) {
        answers.floats().get(sequence * vocabulary(), logits);
        text.next(logits);
    }

    /** Waits for the texts that are being written, if any; closing twice does nothing. */
    @Override
    public void close() {
        take("close its generator");
        try {
            model.close();
            if (windows != null) {
                windows.close();
            }
            session.close();
        } finally {
            turn.unlock();
        }
    }
}
