package dev.baton.reference;

import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;

/** Broadcasting and transposition: where each element of the result comes from. */
final class Movements {

    private Movements() {}

    static double[] move(Primitive primitive, double[] x, Shape from, Shape to, Attributes attributes) {
        long[] source = strides(from);
        var strides = new long[to.rank()];
        for (int i = 0; i < strides.length; i++) {
            if (primitive == Primitive.TRANSPOSE) {
                strides[i] = source[attributes.axes("axes")[i]];
            } else {
                int axis = i - (to.rank() - from.rank());
                strides[i] = axis < 0 || from.size(axis) == 1 ? 0 : source[axis];
            }
        }
        var result = new double[(int) to.size()];
        var index = new long[to.rank()];
        for (int i = 0; i < result.length; i++) {
            long offset = 0;
            for (int axis = 0; axis < index.length; axis++) {
                offset += index[axis] * strides[axis];
            }
            result[i] = x[(int) offset];
            advance(index, to);
        }
        return result;
    }

    /** The distance in elements between neighbours along each axis of a row-major array. */
    static long[] strides(Shape shape) {
        var strides = new long[shape.rank()];
        long stride = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape.size(axis);
        }
        return strides;
    }

    /** The next index in row-major order. */
    static void advance(long[] index, Shape shape) {
        for (int axis = index.length - 1; axis >= 0; axis--) {
            if (++index[axis] < shape.size(axis)) {
                return;
            }
            index[axis] = 0;
        }
    }
}
