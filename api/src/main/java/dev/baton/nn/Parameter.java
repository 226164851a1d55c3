package dev.baton.nn;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Initial;
import dev.baton.graph.TensorType;
import dev.baton.tensor.Tensor;

/**
 * A learnt value of a layer: a name, a shape and how it starts. The numbers live in a session's variable of the same
 * name, so that all programs of a session share them.
 */
public final class Parameter implements Initial {

    /** How the values lie in files of weights, against how they lie in memory. */
    public enum FileLayout {
        /** The same. */
        AS_IS,
        /** A matrix [a, b] in memory is [b, a] in files, as in those of other frameworks. */
        TRANSPOSED
    }

    private final Layer owner;
    private final String name;
    private final Shape shape;
    private final Initializer initializer;
    private final FileLayout layout;
    private final long number = GraphBuilder.nextCreationNumber();

    Parameter(Layer owner, String name, Shape shape, Initializer initializer, FileLayout layout) {
        this.owner = owner;
        this.name = name;
        this.shape = shape;
        this.initializer = initializer;
        this.layout = layout;
        if (layout == FileLayout.TRANSPOSED && shape.rank() != 2) {
            throw new ShapeException("only a matrix can be transposed in files, not parameter '" + name + "' " + shape);
        }
    }

    /** The layer's path and the parameter's own name, such as {@code encoder.2.weight}. */
    public String name() {
        return owner.path().isEmpty() ? name : owner.path() + "." + name;
    }

    public Shape shape() {
        return shape;
    }

    /** How the values lie in files. */
    public FileLayout layout() {
        return layout;
    }

    /** The first value: the same for the same seed and name. */
    @Override
    public NDArray initialValue(long seed) {
        return initializer.initialize(shape, seed, name());
    }

    /**
     * This parameter as a tensor of the trace that {@code x} belongs to.
     *
     * @throws BatonException if the parameter was created during the trace: it would be a new one in every trace
     */
    public Tensor in(Tensor x) {
        GraphBuilder graph = x.graph();
        if (number > graph.number()) {
            throw new BatonException("parameter '" + name() + "' of " + owner + " was created inside forward: create "
                    + "layers and parameters in the constructor, so that every step finds the same ones"
                    + "\n  at  " + owner.createdAt());
        }
        return Tensor.of(graph, graph.variable(name(), new TensorType(DType.FLOAT32, shape), this));
    }

    @Override
    public String toString() {
        return name() + " " + shape;
    }
}
