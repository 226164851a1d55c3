package dev.baton.graph;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Shape and gradient rules of what cuts, joins and gathers. Each comes with its transpose, which is its gradient. */
final class MovementRules {

    static final TypeRules.Rule SLICE = MovementRules::slice;
    static final TypeRules.Rule WINDOWS = MovementRules::windows;
    static final TypeRules.Rule PAD = MovementRules::pad;
    static final TypeRules.Rule CONCAT = MovementRules::concat;
    static final TypeRules.Rule FOLD = MovementRules::fold;
    static final TypeRules.Rule GATHER = MovementRules::gather;
    static final TypeRules.Rule SCATTER_ADD = MovementRules::scatterAdd;

    private MovementRules() {}

    private static long[] numbers(Attributes attributes, String name, int count) {
        long[] numbers = attributes.get(name, long[].class);
        TypeRules.check(
                numbers.length == count,
                () -> name + " has a number for each of " + count + " dimensions, not " + Arrays.toString(numbers));
        return numbers;
    }

    private static TensorType slice(List<TensorType> in, Attributes attributes) {
        Shape from = in.get(0).shape();
        Shape to = attributes.shape("shape");
        long[] starts = numbers(attributes, "starts", from.rank());
        TypeRules.check(to.rank() == from.rank(), () -> "a part of " + from + " cannot have the shape " + to);
        for (int i = 0; i < starts.length; i++) {
            boolean all = starts[i] == 0 && to.dim(i).equals(from.dim(i));
            boolean inside = from.dim(i).isFixed()
                    && to.dim(i).isFixed()
                    && starts[i] >= 0
                    && starts[i] + to.size(i) <= from.size(i);
            int axis = i;
            TypeRules.check(
                    all || inside,
                    () -> to.dim(axis) + " elements from " + starts[axis] + " on are not in dimension " + axis + " of "
                            + from);
        }
        return in.get(0).withShape(to);
    }

    static List<Value> sliceGradient(Emitter e, Node node, List<Value> up) {
        Shape from = node.input(0).shape();
        long[] before = node.attributes().get("starts", long[].class);
        var after = new long[before.length];
        for (int i = 0; i < after.length; i++) {
            boolean all = up.get(0).shape().dim(i).equals(from.dim(i));
            after[i] = all ? 0 : from.size(i) - before[i] - up.get(0).shape().size(i);
        }
        return List.of(e.pad(up.get(0), before, after, 0));
    }

    /** How many windows there are along a dimension. */
    private static long windows(long size, long kernel, long stride, long dilation) {
        long reach = dilation * (kernel - 1) + 1;
        return size < reach ? 0 : (size - reach) / stride + 1;
    }

    private static void checkSteps(long[] kernel, long[] stride, long[] dilation) {
        TypeRules.check(
                Arrays.stream(kernel).allMatch(size -> size >= 1)
                        && Arrays.stream(stride).allMatch(step -> step >= 1)
                        && Arrays.stream(dilation).allMatch(step -> step >= 1),
                "the sizes, strides and dilations of windows are at least 1, not " + Arrays.toString(kernel) + ", "
                        + Arrays.toString(stride) + " and " + Arrays.toString(dilation));
    }

    private static TensorType windows(List<TensorType> in, Attributes attributes) {
        Shape from = in.get(0).shape();
        long[] kernel = attributes.get("kernel", long[].class);
        long[] stride = numbers(attributes, "stride", kernel.length);
        long[] dilation = numbers(attributes, "dilation", kernel.length);
        checkSteps(kernel, stride, dilation);
        int first = from.rank() - kernel.length;
        TypeRules.check(first >= 0, kernel.length + " dimensions of windows, but only " + from.rank() + " of values");
        var dims = new ArrayList<>(from.dims().subList(0, first));
        for (int i = 0; i < kernel.length; i++) {
            long count = windows(from.size(first + i), kernel[i], stride[i], dilation[i]);
            TypeRules.check(
                    count > 0,
                    "a window of " + kernel[i] + (dilation[i] == 1 ? "" : " elements, every " + dilation[i] + "th,")
                            + " does not fit into the " + from.size(first + i) + " of dimension " + (first + i)
                            + " of " + from);
            dims.add(Dim.of(count));
        }
        Arrays.stream(kernel).mapToObj(Dim::of).forEach(dims::add);
        return in.get(0).withShape(Shape.of(dims));
    }

    static List<Value> windowsGradient(Emitter e, Node node, List<Value> up) {
        Attributes a = node.attributes();
        return List.of(e.fold(
                up.get(0), node.input(0).shape(), a.get("stride", long[].class), a.get("dilation", long[].class)));
    }

    private static TensorType fold(List<TensorType> in, Attributes attributes) {
        Shape from = in.get(0).shape();
        Shape to = attributes.shape("shape");
        TypeRules.check(
                in.get(0).dtype().isFloating(),
                "takes floating-point numbers, not " + in.get(0).dtype());
        int spatial = from.rank() - to.rank();
        long[] stride = numbers(attributes, "stride", spatial);
        long[] dilation = numbers(attributes, "dilation", spatial);
        int first = to.rank() - spatial;
        TypeRules.check(
                first >= 0 && from.dims().subList(0, first).equals(to.dims().subList(0, first)),
                from + " are no windows of " + to);
        for (int i = 0; i < spatial; i++) {
            long kernel = from.size(first + spatial + i);
            TypeRules.check(
                    from.size(first + i) == windows(to.size(first + i), kernel, stride[i], dilation[i]),
                    from.size(first + i) + " windows of " + kernel + " are not those of dimension " + (first + i)
                            + " of " + to);
        }
        return in.get(0).withShape(to);
    }

    static List<Value> foldGradient(Emitter e, Node node, List<Value> up) {
        Attributes a = node.attributes();
        Shape windows = node.input(0).shape();
        long[] stride = a.get("stride", long[].class);
        var kernel = new long[stride.length];
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] = windows.size(windows.rank() - kernel.length + i);
        }
        return List.of(e.windows(up.get(0), kernel, stride, a.get("dilation", long[].class)));
    }

    private static TensorType pad(List<TensorType> in, Attributes attributes) {
        Shape from = in.get(0).shape();
        long[] before = numbers(attributes, "before", from.rank());
        long[] after = numbers(attributes, "after", from.rank());
        attributes.number("value");
        var dims = new ArrayList<Dim>();
        for (int i = 0; i < before.length; i++) {
            TypeRules.check(
                    before[i] >= 0 && after[i] >= 0,
                    "the padding of a dimension is at least 0; a slice makes it smaller");
            boolean none = before[i] == 0 && after[i] == 0;
            dims.add(none ? from.dim(i) : Dim.of(before[i] + from.size(i) + after[i]));
        }
        return in.get(0).withShape(Shape.of(dims));
    }

    static List<Value> padGradient(Emitter e, Node node, List<Value> up) {
        return List.of(e.slice(
                up.get(0),
                node.attributes().get("before", long[].class),
                node.input(0).shape()));
    }

    private static TensorType concat(List<TensorType> in, Attributes attributes) {
        TensorType first = in.get(0);
        long axis = attributes.integer("axis");
        TypeRules.check(axis >= 0 && axis < first.shape().rank(), "there is no axis " + axis + " in " + first.shape());
        int along = (int) axis;
        for (TensorType other : in) {
            TypeRules.check(
                    other.dtype() == first.dtype(),
                    "the element types differ: " + first.dtype() + " and " + other.dtype());
            TypeRules.check(
                    other.shape().rank() == first.shape().rank()
                            && other.shape()
                                    .with(along, Dim.of(1))
                                    .equals(first.shape().with(along, Dim.of(1))),
                    "the shapes differ elsewhere than in dimension " + along + ": " + first.shape() + " and "
                            + other.shape());
        }
        if (in.size() == 1) {
            return first;
        }
        long size = in.stream().mapToLong(type -> type.shape().size(along)).sum();
        return first.withShape(first.shape().with(along, Dim.of(size)));
    }

    static List<Value> concatGradient(Emitter e, Node node, List<Value> up) {
        if (node.inputs().size() == 1) {
            return up;
        }
        int axis = (int) node.attributes().integer("axis");
        var gradients = new ArrayList<Value>();
        var starts = new long[up.get(0).shape().rank()];
        for (Value input : node.inputs()) {
            gradients.add(e.slice(up.get(0), starts.clone(), input.shape()));
            starts[axis] += input.shape().size(axis);
        }
        return gradients;
    }

    private static void checkIndices(TensorType indices) {
        TypeRules.check(indices.dtype() == DType.INT32, "the indices are int32, not " + indices.dtype());
    }

    private static Shape rowsAt(Shape indices, Shape table) {
        TypeRules.check(table.rank() >= 1, "a table has rows: [V, ...], not one value");
        var dims = new ArrayList<>(indices.dims());
        dims.addAll(table.dims().subList(1, table.rank()));
        return Shape.of(dims);
    }

    private static TensorType gather(List<TensorType> in, Attributes attributes) {
        checkIndices(in.get(1));
        attributes.number("outside");
        return in.get(0).withShape(rowsAt(in.get(1).shape(), in.get(0).shape()));
    }

    static List<Value> gatherGradient(Emitter e, Node node, List<Value> up) {
        return Arrays.asList(
                e.scatterAdd(node.input(1), up.get(0), node.input(0).shape()), null);
    }

    private static TensorType scatterAdd(List<TensorType> in, Attributes attributes) {
        checkIndices(in.get(0));
        TensorType rows = in.get(1);
        TypeRules.check(rows.dtype().isFloating(), "takes floating-point numbers, not " + rows.dtype());
        Shape table = attributes.shape("shape");
        Shape wanted = rowsAt(in.get(0).shape(), table);
        if (!rows.shape().equals(wanted)) {
            throw new ShapeException("the rows at indices " + in.get(0).shape() + " of " + table + " are " + wanted
                    + ", not " + rows.shape());
        }
        return rows.withShape(table);
    }

    static List<Value> scatterAddGradient(Emitter e, Node node, List<Value> up) {
        return Arrays.asList(null, e.gather(up.get(0), node.input(0), 0));
    }
}
