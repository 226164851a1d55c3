package dev.baton.onnx.read;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Primitive;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What takes some elements by their numbers, or by where they stand. */
final class SelectionOperators {

    private SelectionOperators() {}

    static void addTo(BiConsumer<String, Function<Call, Tensor>> all, BiConsumer<String, Operators.Operator> several) {
        all.accept("Slice", SelectionOperators::slice);
        all.accept("Gather", SelectionOperators::gather);
        all.accept("GatherElements", SelectionOperators::gatherElements);
        all.accept("GatherND", SelectionOperators::gatherNd);
        all.accept("ScatterElements", SelectionOperators::scatterElements);
        all.accept("Scatter", SelectionOperators::scatterElements);
        all.accept("ScatterND", call -> scattered(call, asRows(call), numbersOfRows(call)));
        all.accept("OneHot", SelectionOperators::oneHot);
        all.accept("Trilu", SelectionOperators::triangle);
    }

    /** How one axis is cut. */
    private record Cut(int axis, long start, Size end, long step) {}

    private static long[] listed(Call call, String name) {
        long[] numbers = call.integers(name);
        if (numbers == null) {
            throw call.refuse("attribute " + name + " is missing");
        }
        return numbers;
    }

    private static List<Cut> cuts(Call call, int rank) {
        boolean attributes = call.opset() < 10;
        long[] starts = attributes ? listed(call, "starts") : call.longs(1, "the starts");
        List<Size> ends = attributes
                ? Arrays.stream(listed(call, "ends")).mapToObj(Size::of).toList()
                : call.sizes(2, "the ends");
        long[] axes = attributes ? call.integers("axes") : call.has(3) ? call.longs(3, "the axes") : null;
        long[] steps = call.has(4) ? call.longs(4, "the steps") : null;
        var cuts = new ArrayList<Cut>();
        for (int i = 0; i < starts.length; i++) {
            int axis = axes == null ? i : call.axis(axes[i], rank);
            cuts.add(new Cut(axis, starts[i], ends.get(i), steps == null ? 1 : steps[i]));
        }
        return cuts;
    }

    private static Tensor slice(Call call) {
        Tensor x = call.tensor(0);
        for (Cut cut : cuts(call, x.shape().rank())) {
            x = sliced(call, x, cut);
        }
        return x;
    }

    private static Tensor sliced(Call call, Tensor x, Cut cut) {
        Dim dim = x.shape().dim(cut.axis());
        Size end = cut.end();
        boolean toTheEnd =
                end.isNumber() ? end.number() >= Integer.MAX_VALUE : end.dim().equals(dim);
        if (!dim.isFixed()) {
            if (cut.start() == 0 && cut.step() == 1 && toTheEnd) {
                return x;
            }
            throw call.refuse("a part can only be cut out of a dimension whose size is known, not of " + dim);
        }
        if (!end.isNumber()) {
            throw call.refuse("a part of " + dim + " cannot end at " + end.dim());
        }
        long size = dim.size();
        long step = cut.step();
        if (step == 0) {
            throw call.refuse("a step cannot be 0");
        }
        // Numbers from the end, and beyond either end, mean the nearest element that there is.
        long start = clamp(
                cut.start() < 0 ? cut.start() + size : cut.start(), step > 0 ? 0 : -1, step > 0 ? size : size - 1);
        long last = clamp(
                end.number() < 0 ? end.number() + size : end.number(), step > 0 ? 0 : -1, step > 0 ? size : size - 1);
        long count = Math.max(0, step > 0 ? (last - start + step - 1) / step : (start - last - step - 1) / -step);
        if (step == 1 || count == 0) {
            long from = count == 0 ? 0 : start;
            return x.slice(cut.axis(), from, from + count);
        }
        int[] indices = IntStream.range(0, call.listed(count))
                .map(i -> (int) (start + i * step))
                .toArray();
        return MovementOperators.take(call, x, cut.axis(), indices);
    }

    private static long clamp(long number, long least, long most) {
        return Math.max(least, Math.min(most, number));
    }

    private static Tensor gather(Call call) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        int axis = call.axis(call.integer("axis", 0), rank);
        Tensor indices = indices(call, 1, x.shape().dim(axis));
        Tensor table = axis == 0 ? x : x.transpose(MovementOperators.moved(rank, axis, 0));
        Tensor rows = table.rows(indices);
        if (axis == 0) {
            return rows;
        }
        // [indices, before, after] to [before, indices, after].
        int count = indices.shape().rank();
        var order = new ArrayList<Integer>();
        IntStream.range(count, count + axis).forEach(order::add);
        IntStream.range(0, count).forEach(order::add);
        IntStream.range(count + axis, rows.shape().rank()).forEach(order::add);
        return rows.transpose(order.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Indices as int32, of which negative ones count from the end. */
    private static Tensor indices(Call call, int input, Dim size) {
        if (call.item(input) instanceof Item.Known known && size.isFixed()) {
            long[] numbers = Item.longs(known.array());
            var counted = NDArray.zeros(DType.INT32, known.array().shape());
            for (int i = 0; i < numbers.length; i++) {
                long index = numbers[i] < 0 ? numbers[i] + size.size() : numbers[i];
                if (index < 0 || index >= size.size()) {
                    throw call.refuse("index " + numbers[i] + " is none of " + size);
                }
                counted.set(i, index);
            }
            return call.constant(counted);
        }
        Tensor given = call.tensor(input).cast(DType.INT32);
        Tensor count = call.wrap(call.emit().size(Shape.of(List.of(size)), DType.INT32));
        return given.lessThan(given.fullLike(0)).select(given.add(count), given);
    }

    /** result[i, j, k] = data[index[i, j, k], j, k], for axis 0. */
    private static Tensor gatherElements(Call call) {
        Tensor x = call.tensor(0);
        return x.reshape(Shape.of(List.of(x.shape().elements()))).rows(numbersOfElements(call));
    }

    /** The numbers of the elements at [index[i, j, k], j, k], for axis 0, in row-major order. */
    static Tensor numbersOfElements(Call call) {
        Shape shape = call.tensor(0).shape();
        int axis = call.axis(call.integer("axis", 0), shape.rank());
        Tensor indices = indices(call, 1, shape.dim(axis));
        Tensor numbers = indices.multiply(stride(shape, axis));
        for (int other = 0; other < shape.rank(); other++) {
            if (other != axis) {
                Tensor along = MovementOperators.iota(call, indices.shape().dim(other));
                var ones = new long[shape.rank()];
                Arrays.fill(ones, 1);
                Shape placed = Shape.of(ones).with(other, indices.shape().dim(other));
                numbers = numbers.add(along.reshape(placed).multiply(stride(shape, other)));
            }
        }
        return numbers;
    }

    /** How many elements lie between two that are neighbours along an axis. */
    private static long stride(Shape shape, int axis) {
        return Shape.of(shape.dims().subList(axis + 1, shape.rank())).size();
    }

    private static Tensor gatherNd(Call call) {
        if (call.integer("batch_dims", 0) != 0) {
            throw call.refuse("attribute batch_dims is not 0");
        }
        return asRows(call).rows(numbersOfRows(call));
    }

    /** The first dimensions, as many as indices name, as one. */
    static Tensor asRows(Call call) {
        Tensor x = call.tensor(0);
        int depth = depth(call);
        List<Dim> dims = x.shape().dims();
        Shape rest = Shape.of(dims.subList(depth, dims.size()));
        return x.reshape(rest.prepend(Shape.of(dims.subList(0, depth)).elements()));
    }

    private static int depth(Call call) {
        return call.count(call.tensor(1).shape().size(-1), "the number of indices");
    }

    /** The numbers of the rows that the last dimension of the indices names. */
    static Tensor numbersOfRows(Call call) {
        Shape given = call.tensor(1).shape();
        Shape first = Shape.of(call.tensor(0).shape().dims().subList(0, depth(call)));
        Tensor indices = call.tensor(1).cast(DType.INT32);
        Tensor numbers = null;
        for (int axis = 0; axis < first.rank(); axis++) {
            Tensor index = indices.slice(given.rank() - 1, axis, axis + 1).reshape(given.without(-1));
            Tensor size = call.wrap(call.emit().size(Shape.of(List.of(first.dim(axis))), DType.INT32));
            Tensor counted = index.lessThan(index.fullLike(0)).select(index.add(size), index);
            Tensor offset = counted.multiply(stride(first, axis));
            numbers = numbers == null ? offset : numbers.add(offset);
        }
        if (numbers == null) {
            throw call.refuse("indices of no dimension");
        }
        return numbers;
    }

    private static Tensor scatterElements(Call call) {
        Tensor x = call.tensor(0);
        return scattered(call, x.reshape(Shape.of(List.of(x.shape().elements()))), numbersOfElements(call));
    }

    /** A table of which some rows are replaced, or to which something is added. */
    private static Tensor scattered(Call call, Tensor table, Tensor numbers) {
        Tensor updates = call.tensor(2);
        Tensor sums = call.wrap(call.emit().scatterAdd(numbers.value(), updates.value(), table.shape()));
        String reduction = call.text("reduction", "none");
        Tensor result;
        if (reduction.equals("add")) {
            result = table.add(sums);
        } else if (reduction.equals("none")) {
            Tensor ones = updates.fullLike(1);
            Tensor hits = call.wrap(call.emit().scatterAdd(numbers.value(), ones.value(), table.shape()));
            result = hits.equalTo(hits.fullLike(0)).select(table, sums);
        } else {
            throw call.refuse("Baton has no form for the reduction '" + reduction + "'");
        }
        return result.reshape(call.tensor(0).shape());
    }

    private static Tensor oneHot(Call call) {
        long depth = (long) call.scalar(1, "the depth");
        NDArray values = call.known(2, "the values");
        if (values.size() != 2 || depth < 0) {
            throw call.refuse("takes a depth and the values off and on");
        }
        Tensor indices = indices(call, 0, Dim.of(depth));
        int rank = indices.shape().rank() + 1;
        int axis = call.axis(call.integer("axis", -1), rank);
        var dims = new ArrayList<>(indices.shape().dims());
        dims.add(axis, Dim.of(1));
        var ones = new long[rank];
        Arrays.fill(ones, 1);
        Tensor numbers = MovementOperators.iota(call, Dim.of(depth))
                .reshape(Shape.of(ones).with(axis, Dim.of(depth)));
        Tensor hit = indices.reshape(Shape.of(dims)).equalTo(numbers);
        NDArray off = NDArray.zeros(values.dtype(), Shape.scalar());
        NDArray on = NDArray.zeros(values.dtype(), Shape.scalar());
        off.set(0, values.get(0));
        on.set(0, values.get(1));
        return hit.select(call.constant(on), call.constant(off));
    }

    /** The upper or the lower part of matrices; 0 elsewhere. */
    private static Tensor triangle(Call call) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        if (rank < 2) {
            throw call.refuse("takes matrices, not " + x.shape());
        }
        double shift = call.has(1) ? call.scalar(1, "the diagonal") : 0;
        Tensor rows = MovementOperators.iota(call, x.shape().dim(-2));
        rows = rows.reshape(Shape.of(List.of(x.shape().dim(-2), Dim.of(1)))).add(shift);
        Tensor columns = MovementOperators.iota(call, x.shape().dim(-1));
        boolean upper = call.integer("upper", 1) != 0;
        Tensor kept = upper
                ? ComparisonOperators.binary(Primitive.LESS_EQUAL, rows, columns)
                : ComparisonOperators.binary(Primitive.LESS_EQUAL, columns, rows);
        // Logic has no 0 to choose.
        return x.dtype() == DType.BOOL
                ? ComparisonOperators.binary(Primitive.AND, x, kept)
                : kept.select(x, x.fullLike(0));
    }
}
