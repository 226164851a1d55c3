package dev.baton.reference;

import dev.baton.BatonException;
import dev.baton.Shape;
import dev.baton.graph.Primitive;
import java.util.Arrays;

/** Sums and the like over some axes, one element after the other. */
public final class Reductions {

    private Reductions() {}

    /**
     * Reduces an array.
     *
     * @param x row-major
     * @param shape of x, fixed
     * @param axes that are removed; one for {@link Primitive#ARGMAX}
     * @return what is left, row-major
     * @throws BatonException if the primitive is no reduction
     */
    public static double[] reduce(Primitive primitive, double[] x, Shape shape, int[] axes) {
        long[] strides = keptStrides(shape, axes);
        long size = 1;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int current = axis;
            size *= Arrays.stream(axes).anyMatch(removed -> removed == current) ? 1 : shape.size(axis);
        }
        var result = new double[(int) size];
        Arrays.fill(result, primitive == Primitive.ALL ? 1 : primitive == Primitive.SUM ? 0 : Double.NEGATIVE_INFINITY);
        var position = new double[primitive == Primitive.ARGMAX ? result.length : 0];
        long[] sizes = shape.toArray();
        var index = new long[sizes.length];
        for (double value : x) {
            int target = 0;
            for (int axis = 0; axis < index.length; axis++) {
                target += (int) (index[axis] * strides[axis]);
            }
            switch (primitive) {
                case SUM -> result[target] += value;
                case REDUCE_MAX -> result[target] = Math.max(result[target], value);
                case ALL -> result[target] = result[target] != 0 && value != 0 ? 1 : 0;
                case ARGMAX -> {
                    boolean larger = value > result[target] || Double.isNaN(value) && !Double.isNaN(result[target]);
                    if (larger) {
                        result[target] = value;
                        position[target] = index[axes[0]];
                    }
                }
                default -> throw new BatonException(primitive.label() + " is not a reduction");
            }
            Movements.advance(index, sizes);
        }
        return primitive == Primitive.ARGMAX ? position : result;
    }

    /** Strides into the result: 0 along the axes that are removed. */
    private static long[] keptStrides(Shape shape, int[] axes) {
        var strides = new long[shape.rank()];
        long stride = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            int current = axis;
            if (Arrays.stream(axes).noneMatch(removed -> removed == current)) {
                strides[axis] = stride;
                stride *= shape.size(axis);
            }
        }
        return strides;
    }
}
