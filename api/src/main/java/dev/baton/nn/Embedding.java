package dev.baton.nn;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.tensor.Tensor;

/**
 * Rows of a table by their numbers: int32 tokens of any shape [...] -> [..., width]. Starts with PyTorch's weights, normal
 * with deviation 1, unless told otherwise. A token that is no row is a {@link dev.baton.DataException} before anything
 * runs, where the tokens are an input of the step; elsewhere its row is NaN.
 */
public final class Embedding extends Layer {

    private final long tokens;
    private final long width;
    private final Parameter weight;

    /** A table of so many rows. */
    public Embedding(long tokens, long width) {
        this(tokens, width, Initializers.normal(1));
    }

    /**
     * @param initializer of the weight [tokens, width]
     * @throws ShapeException if a size is not positive
     */
    public Embedding(long tokens, long width, Initializer initializer) {
        if (tokens < 1 || width < 1) {
            throw new ShapeException(
                    "Embedding needs at least one row of at least one number, not " + tokens + " of " + width);
        }
        this.tokens = tokens;
        this.width = width;
        this.weight = parameter("weight", Shape.of(tokens, width), initializer);
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            if (x.dtype() != DType.INT32) {
                throw x.graph()
                        .shapeError("embedding: takes int32 tokens, not "
                                + x.value().type());
            }
            return weight.in(x).rows(x);
        });
    }

    /** The table [tokens, width], for a layer that shares it. */
    public Parameter weight() {
        return weight;
    }

    @Override
    protected String describe() {
        return "Embedding(" + tokens + ", " + width + ")";
    }
}
