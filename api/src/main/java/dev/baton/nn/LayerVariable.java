package dev.baton.nn;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Initial;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.Parameter.FileLayout;
import dev.baton.tensor.Tensor;

/**
 * A value that a layer keeps from step to step: a name, a shape and how it starts. The numbers live in a session's
 * variable of the same name, so that all programs of a session share them, and are saved with the weights.
 */
public abstract sealed class LayerVariable implements Initial permits Parameter, Statistic {

    private final Layer owner;
    private final String name;
    private final Shape shape;
    private final Initializer initializer;
    private final long number = GraphBuilder.nextCreationNumber();

    LayerVariable(Layer owner, String name, Shape shape, Initializer initializer) {
        this.owner = owner;
        this.name = name;
        this.shape = shape;
        this.initializer = initializer;
    }

    /** The layer's path and the variable's own name, such as {@code encoder.2.weight}. */
    public final String name() {
        return owner.path().isEmpty() ? name : owner.path() + "." + name;
    }

    public final Shape shape() {
        return shape;
    }

    /** How the values lie in files. */
    public abstract FileLayout layout();

    /** What messages call it. */
    abstract String kind();

    /** The first value: the same for the same seed and name. */
    @Override
    public final NDArray initialValue(long seed) {
        return initializer.initialize(shape, seed, name());
    }

    /**
     * This variable as a tensor of the trace that {@code x} belongs to.
     *
     * @throws BatonException if the variable was created during the trace: it would be a new one in every trace
     */
    public Tensor in(Tensor x) {
        return Tensor.of(x.graph(), read(x.graph()));
    }

    /** The value at the start of the step. */
    final Value read(GraphBuilder graph) {
        if (number > graph.number()) {
            throw new BatonException(kind() + " '" + name() + "' of " + owner + " was created inside forward: create "
                    + "layers and parameters in the constructor, so that every step finds the same ones"
                    + "\n  at  " + owner.createdAt());
        }
        return graph.variable(name(), new TensorType(DType.FLOAT32, shape), this);
    }

    @Override
    public final String toString() {
        return name() + " " + shape;
    }
}
