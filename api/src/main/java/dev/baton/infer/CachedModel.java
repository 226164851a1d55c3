package dev.baton.infer;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.compiler.DecodingGraphs;
import dev.baton.graph.Decoding;
import dev.baton.graph.Graph;
import dev.baton.nn.DecodingGraph;
import dev.baton.nn.ForwardGraph;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.util.HashMap;
import java.util.Map;

/**
 * A model with its caches: takes some new tokens of each sequence at a time and gives the logits of what follows one of them.
 * What it is handed and what it gives lies in arrays that are used again in every run.
 */
final class CachedModel {

    private final Session session;
    private final Opened opened;
    private final Graph graph;
    private final Graph answeringOne;
    private final long context;
    private final int vocabulary;

    /** For each number of new tokens. */
    private final Map<Integer, Executable> executables = new HashMap<>();

    private final Map<Integer, NDArray> tokens = new HashMap<>();
    private long rows;
    private int sequences;
    private NDArray positions;
    private NDArray answered;
    private NDArray logits;

    /**
     * @throws dev.baton.ShapeException if the model has its sequences in another dimension than the first
     */
    CachedModel(Session session, Opened opened, DecodingGraph decoding) {
        this.session = session;
        this.opened = opened;
        this.graph = decoding.graph();
        this.answeringOne = DecodingGraphs.answeringOne(graph, ForwardGraph.ANSWERS, DecodingGraph.TOKENS);
        this.context = decoding.context();
        this.vocabulary = Math.toIntExact(
                graph.outputs().get(ForwardGraph.ANSWERS).shape().size(2));
    }

    /** How many positions a sequence may have. */
    long context() {
        return context;
    }

    /** How many different tokens there are. */
    int vocabulary() {
        return vocabulary;
    }

    /** Makes room for so many sequences. Caches grow by doubling: a session's memory never shrinks. */
    void begin(int count) {
        if (count > rows) {
            close();
            executables.clear();
            rows = Long.highestOneBit(2L * count - 1);
        }
        if (count != sequences) {
            sequences = count;
            tokens.clear();
            positions = NDArray.zeros(DType.INT32, Shape.of(count));
            answered = NDArray.zeros(DType.INT32, Shape.of(count));
            logits = NDArray.zeros(DType.FLOAT32, Shape.of(count, 1, vocabulary));
        }
    }

    /** Sets a new token of a sequence, of so many that each of them has. */
    void token(int count, int sequence, int number, int token) {
        tokens.computeIfAbsent(count, size -> NDArray.zeros(DType.INT32, Shape.of(sequences, size)))
                .set(sequence * count + number, token);
    }

    /** Sets the position of the first new token of a sequence. */
    void position(int sequence, int position) {
        positions.set(sequence, position);
    }

    /** Sets which of so many new tokens of a sequence is answered. */
    void answer(int count, int sequence, int number) {
        answered.set(sequence, sequence * count + number);
    }

    /**
     * Runs for so many new tokens of each sequence.
     *
     * @return the logits [N, 1, vocabulary] of what follows, until the next run
     */
    NDArray run(int count) {
        Executable executable = executables.computeIfAbsent(count, this::executable);
        executable.input(executable.inputIndex(ForwardGraph.INPUTS), tokens.get(count));
        executable.input(executable.inputIndex(Decoding.POSITIONS), positions);
        executable.input(executable.inputIndex(DecodingGraphs.ANSWERED), answered);
        executable.run();
        executable.read(executable.outputIndex(ForwardGraph.ANSWERS), logits);
        return logits;
    }

    private Executable executable(int count) {
        // Of one token alone there is none to choose.
        Graph answering = count == 1 ? graph : answeringOne;
        Graph bound = answering.bind(Map.of(DecodingGraph.TOKENS, (long) count));
        return new Executable(session, "text generator", DecodingGraphs.withCaches(bound, rows), opened.part());
    }

    void close() {
        executables.values().forEach(Executable::close);
    }
}
