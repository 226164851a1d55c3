package dev.baton.reference;

import dev.baton.BatonException;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import java.util.Arrays;
import java.util.List;

/** Primitives that run by themselves ({@link Primitive.Kind#WHOLE}), one element after the other. */
public final class Wholes {

    private Wholes() {}

    /**
     * The result of a node, row-major, not rounded to its type.
     *
     * @param node of fixed shapes
     * @param in the values of its inputs, row-major
     * @throws BatonException if it is no primitive of this kind
     */
    public static double[] compute(Node node, List<double[]> in) {
        Attributes attributes = node.attributes();
        Shape from = node.input(0).shape();
        Shape to = node.outputs().get(0).shape();
        if (!(node.operation() instanceof Primitive primitive)) {
            throw new BatonException(node.operation().label() + " is not a primitive");
        }
        return switch (primitive) {
            case PAD -> pad(in.get(0), from, to, attributes);
            case CONCAT -> concat(node, in);
            case FOLD -> fold(in.get(0), from, to, attributes);
            case GATHER -> gather(in.get(0), from, in.get(1), outside(node));
            case SCATTER_ADD -> scatterAdd(in.get(0), in.get(1), to);
            default -> throw new BatonException(primitive.label() + " does not run by itself");
        };
    }

    private static double[] pad(double[] x, Shape from, Shape to, Attributes attributes) {
        var result = new double[(int) to.size()];
        Arrays.fill(result, attributes.number("value"));
        long[] strides = Movements.strides(to);
        long[] before = attributes.get("before", long[].class);
        long[] sizes = from.toArray();
        var index = new long[sizes.length];
        for (double value : x) {
            int target = 0;
            for (int axis = 0; axis < index.length; axis++) {
                target += (int) ((index[axis] + before[axis]) * strides[axis]);
            }
            result[target] = value;
            Movements.advance(index, sizes);
        }
        return result;
    }

    private static double[] concat(Node node, List<double[]> in) {
        Shape to = node.outputs().get(0).shape();
        int axis = (int) node.attributes().integer("axis");
        long inner = Movements.strides(to)[axis];
        long row = inner * to.size(axis);
        var result = new double[(int) to.size()];
        long start = 0;
        for (int operand = 0; operand < in.size(); operand++) {
            long part = inner * node.input(operand).shape().size(axis);
            double[] values = in.get(operand);
            for (int i = 0; i < values.length; i++) {
                result[(int) (i / part * row + start + i % part)] = values[i];
            }
            start += part;
        }
        return result;
    }

    private static double[] fold(double[] windows, Shape from, Shape to, Attributes attributes) {
        long[] stride = attributes.get("stride", long[].class);
        long[] dilation = attributes.get("dilation", long[].class);
        long[] strides = Movements.strides(to);
        int first = to.rank() - stride.length;
        var result = new double[(int) to.size()];
        long[] sizes = from.toArray();
        var index = new long[sizes.length];
        for (double value : windows) {
            long target = 0;
            for (int axis = 0; axis < to.rank(); axis++) {
                int spatial = axis - first;
                target += strides[axis]
                        * (spatial < 0
                                ? index[axis]
                                : index[axis] * stride[spatial] + index[to.rank() + spatial] * dilation[spatial]);
            }
            result[(int) target] += value;
            Movements.advance(index, sizes);
        }
        return result;
    }

    private static double outside(Node node) {
        double outside = node.attributes().number("outside");
        return Double.isNaN(outside) && !node.outputs().get(0).dtype().isFloating() ? 0 : outside;
    }

    private static double[] gather(double[] table, Shape shape, double[] indices, double outside) {
        int width = (int) Movements.strides(shape)[0];
        var result = new double[indices.length * width];
        for (int i = 0; i < result.length; i++) {
            double row = indices[i / width];
            boolean known = row >= 0 && row < shape.size(0);
            result[i] = known ? table[(int) row * width + i % width] : outside;
        }
        return result;
    }

    private static double[] scatterAdd(double[] indices, double[] rows, Shape shape) {
        int width = (int) Movements.strides(shape)[0];
        var result = new double[(int) shape.size()];
        for (int i = 0; i < rows.length; i++) {
            double row = indices[i / width];
            if (row >= 0 && row < shape.size(0)) {
                result[(int) row * width + i % width] += rows[i];
            }
        }
        return result;
    }
}
