package dev.baton.nn;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.runtime.Executable;
import dev.baton.tensor.Tensor;

/** The forward pass of a model as a graph of its own: what it is shown, and what it answers. */
public final class ForwardGraph {

    /** The input: what the model is shown, [N, ...]. */
    public static final String INPUTS = "inputs";

    /** The output: what the model answers. */
    public static final String ANSWERS = "answers";

    private ForwardGraph() {}

    /** Traces a model in inference mode; see {@link #of(GraphBuilder.Mode, Layer, DType, Shape)}. */
    public static Graph of(Layer model, DType dtype, Shape example) {
        return of(GraphBuilder.Mode.INFERENCE, model, dtype, example);
    }

    /**
     * Traces a model.
     *
     * @param dtype of what it is shown
     * @param example the shape of one example, without the batch
     * @throws dev.baton.ShapeException if the model does not take it
     */
    public static Graph of(GraphBuilder.Mode mode, Layer model, DType dtype, Shape example) {
        var graph = new GraphBuilder(mode);
        var type = new TensorType(dtype, example.prepend(Dim.symbol(Executable.BATCH)));
        Tensor inputs = Tensor.of(graph, graph.input(INPUTS, type));
        graph.output(ANSWERS, Layer.trace(model, inputs).value());
        return graph.build();
    }
}
