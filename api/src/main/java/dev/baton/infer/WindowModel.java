package dev.baton.infer;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.compiler.DecodingGraphs;
import dev.baton.graph.Graph;
import dev.baton.nn.DecodingGraph;
import dev.baton.nn.ForwardGraph;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;

/**
 * A model without caches: takes the last tokens of some sequences, as many as it knows positions, and gives the logits of what
 * follows. All that lies in its arrays is from the last run.
 */
final class WindowModel {

    private final Executable executable;
    private final int window;
    private final int vocabulary;
    private NDArray tokens = NDArray.zeros(DType.INT32, Shape.of(0, 0));
    private NDArray logits;

    WindowModel(Session session, Opened opened, DecodingGraph decoding, int vocabulary) {
        Graph graph = DecodingGraphs.withoutCaches(
                decoding.graph(), ForwardGraph.ANSWERS, DecodingGraph.TOKENS, decoding.context());
        this.executable = new Executable(session, "text generator", graph, opened.part());
        this.window = Math.toIntExact(decoding.context());
        this.vocabulary = vocabulary;
    }

    /** Makes room for so many sequences. */
    void begin(int sequences) {
        if (tokens.shape().size(0) != sequences) {
            tokens = NDArray.zeros(DType.INT32, Shape.of(sequences, window));
            logits = NDArray.zeros(DType.FLOAT32, Shape.of(sequences, 1, vocabulary));
        }
    }

    /** Sets the tokens of a sequence: the last of a text. */
    void tokens(int sequence, Writing text) {
        int first = text.length() - window;
        for (int i = 0; i < window; i++) {
            tokens.set(sequence * window + i, text.token(first + i));
        }
    }

    /**
     * Runs for these tokens.
     *
     * @return the logits [N, 1, vocabulary] of what follows, until the next run
     */
    NDArray run() {
        executable.input(executable.inputIndex(ForwardGraph.INPUTS), tokens);
        executable.run();
        executable.read(executable.outputIndex(ForwardGraph.ANSWERS), logits);
        return logits;
    }

    void close() {
        executable.close();
    }
}
