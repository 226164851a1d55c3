package dev.baton.nn;

import dev.baton.Shape;
import dev.baton.ShapeException;

/** A value of a layer that is learnt, such as a weight. */
public final class Parameter extends LayerVariable {

    /** How the values lie in files of weights, against how they lie in memory. */
    public enum FileLayout {
        /** The same. */
        AS_IS,
        /** A matrix [a, b] in memory is [b, a] in files, as in those of other frameworks. */
        TRANSPOSED
    }

    private final FileLayout layout;

    Parameter(Layer owner, String name, Shape shape, Initializer initializer, FileLayout layout) {
        super(owner, name, shape, initializer);
        this.layout = layout;
        if (layout == FileLayout.TRANSPOSED && shape.rank() != 2) {
            throw new ShapeException("only a matrix can be transposed in files, not parameter '" + name + "' " + shape);
        }
    }

    @Override
    public FileLayout layout() {
        return layout;
    }

    @Override
    String kind() {
        return "parameter";
    }
}
