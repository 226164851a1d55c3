package dev.baton.infer;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.StateException;
import dev.baton.compiler.DecodingGraphs;
import dev.baton.graph.Decoding;
import dev.baton.graph.Graph;
import dev.baton.io.ModelFile;
import dev.baton.io.Weights;
import dev.baton.nn.DecodingGraph;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.Lock;
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

    private final Lock turn = new ReentrantLock();
    private final Session session;
    private final Opened opened;
    private final Graph graph;
    private final long context;
    private final int vocabulary;

    /** For each number of new tokens. */
    private final Map<Integer, Executable> executables = new HashMap<>();

    private long rows;

    private TextGenerator(Session session, Opened opened, DecodingGraph decoding) {
        this.session = session;
        this.opened = opened;
        this.graph = decoding.graph();
        this.context = decoding.context();
        this.vocabulary = Math.toIntExact(
                graph.outputs().get(ForwardGraph.ANSWERS).shape().size(2));
    }

    /**
     * A generator with the weights that a session has now, on the same backend and in its precision. It keeps a copy: later
     * training does not change it, and the session may be closed.
     *
     * @throws ShapeException if the model cannot be run token by token
     * @throws BatonException if the model knows any number of positions: then the other method is to be taken
     */
    public static TextGenerator of(Session session, Layer model) {
        return of(session, model, DecodingGraph.AS_THE_MODEL);
    }

    /**
     * The same for texts of fewer positions than the model knows, which takes less memory, or for a model that knows any number.
     *
     * @param context how many positions prompt and text may have
     */
    public static TextGenerator of(Session session, Layer model, long context) {
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
        return context;
    }

    /** How many different tokens there are. */
    public int vocabulary() {
        return vocabulary;
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
                    texts.size(), prompt.clone(), sampling, random.split(), context - prompt.length + 1, listener));
        }
        turn.lock();
        try {
            opened.requireOpen();
            try {
                makeRoom(texts.size());
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

    private void check(List<int[]> prompts) {
        if (prompts.isEmpty()) {
            throw new DataException("there is no prompt to go on with");
        }
        for (int i = 0; i < prompts.size(); i++) {
            int[] prompt = prompts.get(i);
            String which = prompts.size() == 1 ? "the prompt" : "prompt " + i;
            if (prompt.length == 0) {
                throw new DataException(which + " is empty: a text goes on from at least one token");
            } else if (prompt.length > context) {
                throw new DataException(which + " has " + prompt.length + " tokens, the context " + context
                        + ": leave out its beginning");
            }
            for (int j = 0; j < prompt.length; j++) {
                if (prompt[j] < 0 || prompt[j] >= vocabulary) {
                    throw new DataException(which + " has token " + prompt[j] + " at position " + j
                            + "; tokens are 0 to " + (vocabulary - 1));
                }
            }
        }
    }

    /** Caches grow by doubling: a session's memory never shrinks. */
    private void makeRoom(int sequences) {
        if (sequences > rows) {
            executables.values().forEach(Executable::close);
            executables.clear();
            rows = Long.highestOneBit(2L * sequences - 1);
        }
    }

    private Executable executable(int tokens) {
        return executables.computeIfAbsent(tokens, count -> {
            // Of one token alone there is none to choose.
            Graph answering =
                    count == 1 ? graph : DecodingGraphs.answeringOne(graph, ForwardGraph.ANSWERS, DecodingGraph.TOKENS);
            Graph bound = answering.bind(Map.of(DecodingGraph.TOKENS, (long) count));
            return new Executable(session, "text generator", DecodingGraphs.withCaches(bound, rows), opened.part());
        });
    }

    /** Puts the prompts into the caches, the same part of each at a time, and writes the first token behind each. */
    private void readPrompts(List<Writing> texts) {
        int longest =
                texts.stream().mapToInt(text -> text.prompt().length).max().orElseThrow();
        for (int from = 0; from < longest; ) {
            int count = chunk(longest - from);
            var tokens = new int[texts.size() * count];
            var answered = new int[texts.size()];
            for (int i = 0; i < answered.length; i++) {
                int[] prompt = texts.get(i).prompt();
                int there = Math.max(0, Math.min(count, prompt.length - from));
                // What fills up a shorter prompt is written over before a token looks at it.
                System.arraycopy(prompt, Math.min(from, prompt.length), tokens, i * count, there);
                answered[i] = i * count + Math.max(0, there - 1);
            }
            var positions = new int[texts.size()];
            Arrays.fill(positions, from);
            NDArray logits = run(count, tokens, positions, answered);
            for (int i = 0; i < answered.length; i++) {
                int end = texts.get(i).prompt().length;
                if (end > from && end <= from + count) {
                    texts.get(i).next(logitsOf(logits, i));
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
        var tokens = new int[texts.size()];
        var positions = new int[texts.size()];
        for (int i = 0; i < tokens.length; i++) {
            // A text that has ended goes through the same token again, which nobody looks at.
            Writing text = texts.get(i);
            tokens[i] = text.last();
            positions[i] = text.position();
        }
        NDArray logits = run(1, tokens, positions, null);
        for (int i = 0; i < tokens.length; i++) {
            if (!texts.get(i).hasEnded()) {
                texts.get(i).next(logitsOf(logits, i));
            }
        }
    }

    private NDArray run(int count, int[] tokens, int[] positions, int[] answered) {
        Executable executable = executable(count);
        long sequences = positions.length;
        executable.input(executable.inputIndex(ForwardGraph.INPUTS), NDArray.of(Shape.of(sequences, count), tokens));
        executable.input(executable.inputIndex(Decoding.POSITIONS), NDArray.of(positions));
        if (answered != null) {
            executable.input(executable.inputIndex(DecodingGraphs.ANSWERED), NDArray.of(answered));
        }
        executable.run();
        return executable.output(executable.outputIndex(ForwardGraph.ANSWERS));
    }

    private float[] logitsOf(NDArray logits, int sequence) {
        var own = new float[vocabulary];
        logits.floats().get(sequence * vocabulary, own);
        return own;
    }

    /** Waits for the texts that are being written, if any; closing twice does nothing. */
    @Override
    public void close() {
        turn.lock();
        try {
            executables.values().forEach(Executable::close);
            session.close();
        } finally {
            turn.unlock();
        }
    }
}
