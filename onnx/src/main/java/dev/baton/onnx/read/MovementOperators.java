package dev.baton.onnx.read;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What gives the same elements another shape, order or number. */
final class MovementOperators {

    private MovementOperators() {}

    static void addTo(BiConsumer<String, Function<Call, Tensor>> all, BiConsumer<String, Operators.Operator> several) {
        all.accept("Reshape", MovementOperators::reshape);
        all.accept("Transpose", MovementOperators::transpose);
        all.accept("Flatten", MovementOperators::flatten);
        all.accept("Squeeze", MovementOperators::squeeze);
        all.accept("Unsqueeze", MovementOperators::unsqueeze);
        all.accept("Expand", MovementOperators::expand);
        all.accept("Tile", MovementOperators::tile);
        all.accept("Concat", MovementOperators::concat);
        all.accept("Pad", MovementOperators::pad);
        all.accept("DepthToSpace", MovementOperators::depthToSpace);
        all.accept("SpaceToDepth", MovementOperators::spaceToDepth);
        several.accept("Split", MovementOperators::split);
    }

    private static Tensor reshape(Call call) {
        Tensor x = call.tensor(0);
        List<Size> sizes = call.sizes(1, "the shape");
        boolean zeroIsZero = call.flag("allowzero");
        int open = -1;
        var dims = new ArrayList<Dim>();
        for (int i = 0; i < sizes.size(); i++) {
            Size size = sizes.get(i);
            boolean isOpen = size.isNumber() && size.number() == -1;
            if (isOpen && open >= 0 || size.isNumber() && size.number() < -1) {
                throw call.refuse("no shape has the sizes "
                        + sizes.stream().map(MovementOperators::text).toList());
            }
            boolean kept = size.isNumber() && size.number() == 0 && !zeroIsZero;
            open = isOpen ? i : open;
            dims.add(kept ? x.shape().dim(i) : isOpen ? Dim.of(1) : size.asDim());
        }
        return x.reshape(x.shape().reshape(Shape.of(dims), open));
    }

    private static String text(Size size) {
        return size.isNumber() ? Long.toString(size.number()) : size.dim().toString();
    }

    private static Tensor transpose(Call call) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        long[] order = call.integers("perm");
        int[] axes = order == null
                ? IntStream.range(0, rank).map(i -> rank - 1 - i).toArray()
                : Arrays.stream(order).mapToInt(axis -> call.axis(axis, rank)).toArray();
        return x.transpose(axes);
    }

    private static Tensor flatten(Call call) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        long axis = call.integer("axis", 1);
        return flatten(x, axis == rank ? rank : call.axis(axis, Math.max(rank, 1)));
    }

    /** To a matrix: the dimensions before an axis, and those from it on. */
    static Tensor flatten(Tensor x, int axis) {
        List<Dim> dims = x.shape().dims();
        Dim rows = Shape.of(dims.subList(0, axis)).elements();
        Dim columns = Shape.of(dims.subList(axis, dims.size())).elements();
        return x.reshape(Shape.of(List.of(rows, columns)));
    }

    /** Axes as an input from version 13 on, as an attribute before; null where there are none. */
    private static long[] axes(Call call) {
        return call.opset() < 13 ? call.integers("axes") : call.has(1) ? call.longs(1, "the axes") : null;
    }

    private static Tensor squeeze(Call call) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        long[] axes = axes(call);
        int[] removed = axes == null
                ? IntStream.range(0, rank)
                        .filter(axis -> x.shape().dim(axis).isOne())
                        .toArray()
                : Arrays.stream(axes).mapToInt(axis -> call.axis(axis, rank)).toArray();
        var dims = new ArrayList<Dim>();
        for (int axis = 0; axis < rank; axis++) {
            int own = axis;
            if (IntStream.of(removed).noneMatch(one -> one == own)) {
                dims.add(x.shape().dim(axis));
            } else if (!x.shape().dim(axis).isOne()) {
                throw call.refuse(
                        "only dimensions of size 1 can be left out, not dimension " + axis + " of " + x.shape());
            }
        }
        return x.reshape(Shape.of(dims));
    }

    private static Tensor unsqueeze(Call call) {
        Tensor x = call.tensor(0);
        long[] axes = axes(call);
        if (axes == null) {
            throw call.refuse("it does not say where dimensions are to be added");
        }
        int rank = x.shape().rank() + axes.length;
        var dims = new ArrayList<>(x.shape().dims());
        for (int axis : Arrays.stream(axes)
                .mapToInt(axis -> call.axis(axis, rank))
                .sorted()
                .toArray()) {
            dims.add(axis, Dim.of(1));
        }
        return x.reshape(Shape.of(dims));
    }

    private static Tensor expand(Call call) {
        Tensor x = call.tensor(0);
        return x.broadcast(Shape.broadcast(x.shape(), call.shape(1, "the shape")));
    }

    private static Tensor tile(Call call) {
        Tensor x = call.tensor(0);
        long[] repeats = call.longs(1, "the repetitions");
        if (repeats.length != x.shape().rank()) {
            throw call.refuse(repeats.length + " repetitions for the dimensions of " + x.shape());
        }
        for (int axis = 0; axis < repeats.length; axis++) {
            if (repeats[axis] == 1) {
                continue;
            }
            Dim times = Dim.of(call.count(repeats[axis], "a repetition"));
            Shape shape = x.shape();
            var apart = new ArrayList<>(shape.dims());
            apart.add(axis, Dim.of(1));
            var repeated = new ArrayList<>(apart);
            repeated.set(axis, times);
            x = x.reshape(Shape.of(apart))
                    .broadcast(Shape.of(repeated))
                    .reshape(shape.with(axis, shape.dim(axis).times(times)));
        }
        return x;
    }

    private static Tensor concat(Call call) {
        var rest = new ArrayList<Tensor>();
        for (int i = 1; i < call.count(); i++) {
            rest.add(call.tensor(i));
        }
        Tensor first = call.tensor(0);
        int axis = call.axis(call.integer("axis", 0), first.shape().rank());
        return Tensor.concat(axis, first, rest.toArray(Tensor[]::new));
    }

    private static List<Item> split(Call call) {
        Tensor x = call.tensor(0);
        int axis = call.axis(call.integer("axis", 0), x.shape().rank());
        long[] parts = call.opset() < 13 ? call.integers("split") : call.has(1) ? call.longs(1, "the parts") : null;
        long size = x.shape().size(axis);
        if (parts == null) {
            int count = call.node().outputs().size();
            // The last one may be smaller.
            long each = (size + count - 1) / count;
            parts = LongStream.range(0, count)
                    .map(i -> Math.max(0, Math.min(each, size - i * each)))
                    .toArray();
        }
        if (Arrays.stream(parts).sum() != size
                || parts.length < call.node().outputs().size()) {
            throw call.refuse("parts of " + Arrays.toString(parts) + " are not the " + size + " of dimension " + axis
                    + " of " + x.shape());
        }
        var outputs = new ArrayList<Item>();
        long from = 0;
        for (long part : parts) {
            outputs.add(Item.of(x.slice(axis, from, from + part)));
            from += part;
        }
        return outputs;
    }

    /** Elements along one axis by their numbers. */
    static Tensor take(Call call, Tensor x, int axis, int[] indices) {
        int rank = x.shape().rank();
        int[] toFront = moved(rank, axis, 0);
        Tensor rows = x.transpose(toFront).rows(call.constant(NDArray.of(indices)));
        return rows.transpose(moved(rank, 0, axis));
    }

    /** The order of axes in which one has moved to another place. */
    static int[] moved(int rank, int from, int to) {
        var order = new ArrayList<Integer>();
        for (int axis = 0; axis < rank; axis++) {
            order.add(axis);
        }
        order.add(to, order.remove(from));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Tensor pad(Call call) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        boolean attributes = call.opset() < 11;
        long[] pads = attributes ? call.integers("pads", 2 * rank, 0) : call.longs(1, "the padding");
        int[] axes = call.has(3)
                ? Arrays.stream(call.longs(3, "the axes"))
                        .mapToInt(axis -> call.axis(axis, rank))
                        .toArray()
                : IntStream.range(0, rank).toArray();
        if (pads.length != 2 * axes.length) {
            throw call.refuse(pads.length + " numbers are no padding of " + axes.length + " dimensions");
        }
        String mode = call.text("mode", "constant");
        double number = attributes ? call.number("value", 0) : call.has(2) ? call.scalar(2, "the number") : 0;
        for (int i = 0; i < axes.length; i++) {
            long before = pads[i];
            long after = pads[axes.length + i];
            if (before != 0 || after != 0) {
                x = mode.equals("constant")
                        ? padded(call, x, axes[i], before, after, number)
                        : take(call, x, axes[i], around(call, mode, x.shape().size(axes[i]), before, after));
            }
        }
        return x;
    }

    private static Tensor padded(Call call, Tensor x, int axis, long before, long after, double number) {
        long size = x.shape().size(axis);
        long from = Math.max(0, -before);
        long to = size + Math.min(0, after);
        if (from > to) {
            throw call.refuse("a padding of " + before + " and " + after + " leaves nothing of " + size);
        }
        Tensor cut = x.slice(axis, from, to);
        return cut.pad(axis, Math.max(0, before), Math.max(0, after), number);
    }

    /** Which elements stand where a padding repeats those of the input. */
    private static int[] around(Call call, String mode, long size, long before, long after) {
        var indices = new int[call.listed(size + before + after)];
        for (int i = 0; i < indices.length; i++) {
            long at = i - before;
            long period = 2 * (size - 1);
            long index = switch (mode) {
                case "edge" -> Math.max(0, Math.min(size - 1, at));
                case "wrap" -> Math.floorMod(at, size);
                case "reflect" ->
                    period == 0 ? 0 : Math.min(Math.floorMod(at, period), period - Math.floorMod(at, period));
                default -> throw call.refuse("there is no padding '" + mode + "'");
            };
            indices[i] = (int) index;
        }
        return indices;
    }

    private static long blockSize(Call call) {
        long block = call.integer("blocksize", 0);
        if (block < 1) {
            throw call.refuse("a block has at least the size 1, not " + block);
        }
        return block;
    }

    private static Shape pictures(Call call, Tensor x) {
        if (x.shape().rank() != 4) {
            throw call.refuse("takes pictures [N, C, H, W], not " + x.shape());
        }
        return x.shape();
    }

    private static Tensor depthToSpace(Call call) {
        Tensor x = call.tensor(0);
        Shape shape = pictures(call, x);
        long block = blockSize(call);
        Dim b = Dim.of(block);
        Dim depth = Dim.of(shape.size(1) / (block * block));
        boolean depthFirst = call.text("mode", "DCR").equals("DCR");
        List<Dim> apart = depthFirst
                ? List.of(shape.dim(0), b, b, depth, shape.dim(2), shape.dim(3))
                : List.of(shape.dim(0), depth, b, b, shape.dim(2), shape.dim(3));
        Tensor parts = x.reshape(Shape.of(apart));
        Tensor turned = depthFirst ? parts.transpose(0, 3, 4, 1, 5, 2) : parts.transpose(0, 1, 4, 2, 5, 3);
        return turned.reshape(Shape.of(
                List.of(shape.dim(0), depth, shape.dim(2).times(b), shape.dim(3).times(b))));
    }

    private static Tensor spaceToDepth(Call call) {
        Tensor x = call.tensor(0);
        Shape shape = pictures(call, x);
        long block = blockSize(call);
        Dim b = Dim.of(block);
        Dim height = Dim.of(shape.size(2) / block);
        Dim width = Dim.of(shape.size(3) / block);
        Tensor parts = x.reshape(Shape.of(List.of(shape.dim(0), shape.dim(1), height, b, width, b)));
        return parts.transpose(0, 3, 5, 1, 2, 4)
                .reshape(Shape.of(List.of(shape.dim(0), shape.dim(1).times(b).times(b), height, width)));
    }

    /** 0, 1, 2, ... as int32. */
    static Tensor iota(Call call, Dim length) {
        return call.wrap(call.emit().iota(length, DType.INT32));
    }
}
