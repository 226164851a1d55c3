package dev.baton.graph;

import java.util.List;

/** What a node computes: a {@link Primitive} of the op table, or a {@link Composite} defined in primitives. */
public interface Operation {

    /** The name as graphs, plans and messages print it. */
    String label();

    /**
     * The dtype and shape rule: the types of the outputs.
     *
     * @throws dev.baton.ShapeException saying which rule the inputs break
     */
    List<TensorType> infer(List<TensorType> inputs, Attributes attributes);

    /** The gradient rule, or null where the operation has none of its own. */
    GradientRule gradient();

    /** How many arithmetic operations a node of fixed shapes takes. */
    long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes);

    /** Whether every output element depends on the input elements of the same index alone. */
    boolean isElementwise();

    /** How many bytes a node of fixed shapes reads and writes when it runs by itself. */
    default long bytes(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
        return inputs.stream().mapToLong(TensorType::bytes).sum()
                + outputs.stream().mapToLong(TensorType::bytes).sum();
    }
}
