package dev.baton.nn;

import dev.baton.BatonException;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.tensor.Tensor;
import java.util.stream.Collectors;

/** The sizes of the last dimensions, over which a layer normalises. */
final class LastSizes {

    private LastSizes() {}

    static void check(String layer, Shape sizes, double epsilon) {
        if (sizes.rank() == 0 || !sizes.isFixed() || sizes.size() == 0) {
            throw new ShapeException(
                    layer + " normalises over at least one dimension of a fixed size, not over " + sizes);
        }
        if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new BatonException("the epsilon of " + layer + " is at least 0, not " + epsilon);
        }
    }

    static void checkInput(String operation, Tensor x, Shape sizes) {
        int leading = x.shape().rank() - sizes.rank();
        if (leading < 0 || !x.shape().dims().subList(leading, x.shape().rank()).equals(sizes.dims())) {
            throw x.graph().shapeError(operation + ": takes [..., " + text(sizes) + "], not " + x.shape());
        }
    }

    /** For instance {@code 3, 5}. */
    static String text(Shape sizes) {
        return sizes.dims().stream().map(Object::toString).collect(Collectors.joining(", "));
    }
}
