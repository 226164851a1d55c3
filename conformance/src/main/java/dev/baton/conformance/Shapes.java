package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.TensorType;
import java.util.List;

/** The shapes that cases are tried on, and short ways to say an argument. */
final class Shapes {

    /** Scalars, nothing at all, single elements, round and odd sizes, and some beyond a tile or a vector. */
    static final List<Shape> MANY = List.of(
            Shape.scalar(),
            Shape.of(0),
            Shape.of(1),
            Shape.of(7),
            Shape.of(64),
            Shape.of(3, 5),
            Shape.of(2, 0, 3),
            Shape.of(1, 17, 1),
            Shape.of(3, 4099),
            Shape.of(8193),
            Shape.of(1, 2, 1, 2, 3, 1, 2, 1));

    /** A few, where the data matter more than the shape. */
    static final List<Shape> FEW =
            List.of(Shape.of(0), Shape.of(3, 5), Shape.of(131), Shape.of(1, 2, 1, 2, 3, 1, 2, 1));

    /** Every pair of special values. */
    static final Shape SPECIAL_PAIRS = Shape.of((long) Fill.SPECIALS * Fill.SPECIALS);

    private Shapes() {}

    static Argument argument(DType dtype, Fill fill, Shape shape) {
        return new Argument(new TensorType(dtype, shape), fill);
    }

    static Argument floats(Fill fill, long... sizes) {
        return argument(DType.FLOAT32, fill, Shape.of(sizes));
    }

    static Argument floats(long... sizes) {
        return floats(Fill.NORMAL, sizes);
    }

    static TensorType floatType(long... sizes) {
        return new TensorType(DType.FLOAT32, Shape.of(sizes));
    }

    /** The usual values of an element type. */
    static Fill usual(DType dtype) {
        return switch (dtype) {
            case FLOAT32, FLOAT64 -> Fill.NORMAL;
            case INT32 -> Fill.WHOLE;
            case INT64 -> Fill.LONG;
            case BOOL -> Fill.TRUTH;
            case INT8 -> Fill.BYTES;
        };
    }
}
