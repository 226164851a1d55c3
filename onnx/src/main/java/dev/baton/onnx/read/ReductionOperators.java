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
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Reductions, and what is computed along one axis. */
final class ReductionOperators {

    /** The reductions over any axes. */
    static final List<String> WITH_AXES = List.of(
            "ReduceSum",
            "ReduceMean",
            "ReduceMax",
            "ReduceMin",
            "ReduceProd",
            "ReduceL1",
            "ReduceL2",
            "ReduceSumSquare",
            "ReduceLogSum",
            "ReduceLogSumExp");

    private ReductionOperators() {}

    static void addTo(BiConsumer<String, Function<Call, Tensor>> all) {
        reduction(all, "ReduceSum", Tensor::sum);
        reduction(all, "ReduceMean", Tensor::mean);
        reduction(all, "ReduceMax", Tensor::max);
        reduction(all, "ReduceMin", (x, axes) -> x.negate().max(axes).negate());
        reduction(all, "ReduceProd", ReductionOperators::product);
        reduction(all, "ReduceL1", (x, axes) -> x.abs().sum(axes));
        reduction(all, "ReduceL2", (x, axes) -> x.square().sum(axes).sqrt());
        reduction(all, "ReduceSumSquare", (x, axes) -> x.square().sum(axes));
        reduction(all, "ReduceLogSum", (x, axes) -> x.sum(axes).log());
        reduction(all, "ReduceLogSumExp", ReductionOperators::logSumExp);
        all.accept("ArgMax", call -> argument(call, call.tensor(0)));
        all.accept("ArgMin", call -> argument(call, call.tensor(0).negate()));
        all.accept("Softmax", call -> along(call, Tensor::softmax));
        all.accept("LogSoftmax", call -> along(call, Tensor::logSoftmax));
        all.accept("Hardmax", call -> along(call, ReductionOperators::hardmax));
        all.accept("CumSum", ReductionOperators::cumulativeSum);
    }

    private static void reduction(
            BiConsumer<String, Function<Call, Tensor>> all, String name, BiFunction<Tensor, int[], Tensor> function) {
        all.accept(name, call -> reduce(call, function));
    }

    private static Tensor reduce(Call call, BiFunction<Tensor, int[], Tensor> function) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        long[] given = call.has(1) ? call.longs(1, "the axes") : call.integers("axes");
        if ((given == null || given.length == 0) && call.flag("noop_with_empty_axes")) {
            return x;
        }
        int[] axes = given == null || given.length == 0
                ? IntStream.range(0, rank).toArray()
                : Arrays.stream(given).mapToInt(axis -> call.axis(axis, rank)).toArray();
        if (axes.length == 0) {
            return x;
        }
        DType dtype = x.dtype();
        Tensor numbers = dtype.isFloating() ? x : x.cast(DType.FLOAT64);
        Tensor result = function.apply(numbers, axes).cast(dtype);
        return call.integer("keepdims", 1) == 0 ? result : result.reshape(kept(x.shape(), axes));
    }

    /** A shape in which the given axes have the size 1. */
    static Shape kept(Shape shape, int... axes) {
        Shape kept = shape;
        for (int axis : axes) {
            kept = kept.with(axis, Dim.of(1));
        }
        return kept;
    }

    private static Tensor logSumExp(Tensor x, int[] axes) {
        Tensor largest = x.max(axes);
        Tensor shifted = x.subtract(largest.reshape(kept(x.shape(), axes)));
        return shifted.exp().sum(axes).log().add(largest);
    }

    /** Halves are multiplied with each other until one element is left. */
    private static Tensor product(Tensor x, int[] axes) {
        Tensor result = x;
        for (int axis : axes) {
            while (result.shape().size(axis) > 1) {
                long size = result.shape().size(axis);
                long half = size / 2;
                Tensor halves = result.slice(axis, 0, half).multiply(result.slice(axis, half, 2 * half));
                result = size % 2 == 0 ? halves : Tensor.concat(axis, halves, result.slice(axis, size - 1, size));
            }
            if (result.shape().size(axis) == 0) {
                result = result.pad(axis, 1, 0, 1);
            }
        }
        var dims = new ArrayList<Dim>();
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            int own = axis;
            if (IntStream.of(axes).noneMatch(one -> one == own)) {
                dims.add(x.shape().dim(axis));
            }
        }
        return result.reshape(Shape.of(dims));
    }

    /** The index of the largest along an axis. */
    private static Tensor argument(Call call, Tensor given) {
        Tensor x = given.dtype().isFloating() ? given : given.cast(DType.FLOAT64);
        int axis = call.axis(call.integer("axis", 0), x.shape().rank());
        Tensor index;
        if (call.flag("select_last_index")) {
            int size = call.listed(x.shape().size(axis));
            int[] backwards = IntStream.range(0, size).map(i -> size - 1 - i).toArray();
            Tensor fromTheEnd = MovementOperators.take(call, x, axis, backwards).argmax(axis);
            index = fromTheEnd.negate().add(size - 1);
        } else {
            index = x.argmax(axis);
        }
        Tensor result = index.cast(DType.INT64);
        return call.integer("keepdims", 1) == 0 ? result : result.reshape(kept(x.shape(), axis));
    }

    /** Along one axis; before version 13 over all dimensions from the axis on. */
    private static Tensor along(Call call, BiFunction<Tensor, Integer, Tensor> function) {
        Tensor x = call.tensor(0);
        int axis = call.axis(
                call.integer("axis", call.opset() < 13 ? 1 : -1), x.shape().rank());
        return call.opset() < 13
                ? function.apply(MovementOperators.flatten(x, axis), 1).reshape(x.shape())
                : function.apply(x, axis);
    }

    /** 1 at the first of the largest, 0 elsewhere. */
    private static Tensor hardmax(Tensor x, int axis) {
        Tensor largest = x.argmax(axis).reshape(kept(x.shape(), axis));
        Shape placed = kept(x.shape(), IntStream.range(0, x.shape().rank()).toArray())
                .with(axis, x.shape().dim(axis));
        var emit = new dev.baton.graph.Emitter(x.graph());
        Tensor numbers = Tensor.of(x.graph(), emit.iota(x.shape().dim(axis), DType.INT32));
        return largest.equalTo(numbers.reshape(placed)).select(x.fullLike(1), x.fullLike(0));
    }

    /** A product with a triangle of ones. */
    private static Tensor cumulativeSum(Call call) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        int axis = call.axis((long) call.scalar(1, "the axis"), rank);
        boolean exclusive = call.flag("exclusive");
        boolean reverse = call.flag("reverse");
        DType dtype = x.dtype();
        Tensor numbers = dtype.isFloating() ? x : x.cast(DType.FLOAT64);
        long size = x.shape().size(axis);
        if (size > 1 << 12) {
            throw call.refuse("Baton adds up along at most " + (1 << 12) + " elements, not " + size);
        }
        NDArray ones = NDArray.zeros(numbers.dtype(), Shape.of(size, size));
        for (int from = 0; from < size; from++) {
            for (int to = 0; to < size; to++) {
                boolean before = reverse ? from > to : from < to;
                ones.set((int) (from * size + to), before || from == to && !exclusive ? 1 : 0);
            }
        }
        return ProductOperators.along(call, numbers, axis, ones).cast(dtype);
    }
}
