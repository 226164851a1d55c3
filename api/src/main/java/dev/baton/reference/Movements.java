package dev.baton.reference;

import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;

/** Transpositions, broadcasts, slices and windows: where each element of the result comes from. */
final class Movements {

    private Movements() {}

    static double[] move(Primitive primitive, double[] x, Shape from, Shape to, Attributes attributes) {
        long[] strides = strides(primitive, from, to, attributes);
        long start = 0;
        if (primitive == Primitive.SLICE) {
            long[] starts = attributes.get("starts", long[].class);
            for (int axis = 0; axis < starts.length; axis++) {
                start += starts[axis] * strides[axis];
            }
        }
        var result = new double[(int) to.size()];
        long[] sizes = to.toArray();
        var index = new long[sizes.length];
        for (int i = 0; i < result.length; i++) {
            long offset = start;
            for (int axis = 0; axis < index.length; axis++) {
                offset += index[axis] * strides[axis];
            }
            result[i] = x[(int) offset];
            advance(index, sizes);
        }
        return result;
    }

    /** The distance in the input between neighbours of the result. */
    private static long[] strides(Primitive primitive, Shape from, Shape to, Attributes attributes) {
        long[] source = strides(from);
        var strides = new long[to.rank()];
        for (int i = 0; i < strides.length; i++) {
            int axis = i - (to.rank() - from.rank());
            strides[i] = switch (primitive) {
                case TRANSPOSE -> source[attributes.axes("axes")[i]];
                case SLICE -> source[i];
                case WINDOWS -> windowStride(source, i, attributes);
                default -> axis < 0 || from.size(axis) == 1 ? 0 : source[axis];
            };
        }
        return strides;
    }

    /** Dimensions of windows [..., O, K]: the leading ones, then steps from window to window, then within one. */
    private static long windowStride(long[] source, int dimension, Attributes attributes) {
        long[] stride = attributes.get("stride", long[].class);
        int first = source.length - stride.length;
        if (dimension < first) {
            return source[dimension];
        }
        return dimension < source.length
                ? source[dimension] * stride[dimension - first]
                : source[dimension - stride.length]
                        * attributes.get("dilation", long[].class)[dimension - source.length];
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
    static void advance(long[] index, long[] sizes) {
        for (int axis = index.length - 1; axis >= 0; axis--) {
            if (++index[axis] < sizes[axis]) {
                return;
            }
            index[axis] = 0;
        }
    }
}
