package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.tensor.Tensor;
import java.util.Map;

/** The named inputs of a step while it is traced. */
public final class StepInputs {

    private final GraphBuilder graph;
    private final Map<String, TensorType> given;

    StepInputs(GraphBuilder graph, Map<String, TensorType> given) {
        this.graph = graph;
        this.given = given;
    }

    /**
     * One input, with the type of the array that the step is run with. Its first dimension is the batch {@code N}; a
     * scalar has none.
     *
     * @throws BatonException if the step is run without an array of this name
     */
    public Tensor get(String name) {
        TensorType type = given.get(name);
        if (type == null) {
            throw new BatonException("the step asks for an input '" + name + "', but is run with " + given.keySet());
        }
        return Tensor.of(graph, graph.input(name, type));
    }
}
