package dev.baton.graph;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The dtype and shape rules that the op table names. A message gives the rule; the builder adds op and place. */
final class TypeRules {

    /** From the types of the inputs to the type of the one output. */
    @FunctionalInterface
    interface Rule {
        TensorType infer(List<TensorType> inputs, Attributes attributes);
    }

    static final Rule DECLARED = (in, a) -> new TensorType(dtype(a), a.shape("shape"));
    static final Rule CONSTANT = (in, a) -> {
        NDArray value = a.get("value", NDArray.class);
        return new TensorType(value.dtype(), value.shape());
    };
    static final Rule SIZE = (in, a) -> new TensorType(dtype(a), Shape.scalar());
    static final Rule IOTA = (in, a) -> {
        check(a.shape("shape").rank() == 1, () -> "counts along one dimension, not " + a.shape("shape"));
        return new TensorType(dtype(a), a.shape("shape"));
    };
    static final Rule RANDOM = (in, a) -> {
        for (TensorType type : in) {
            check(
                    type.dtype() == DType.INT64 && type.shape().rank() == 0,
                    () -> "seed and step are int64 scalars, not " + type);
        }
        return new TensorType(DType.FLOAT32, a.shape("shape"));
    };
    static final Rule RESHAPE = (in, a) -> {
        TensorType x = in.get(0);
        return x.withShape(x.shape().reshape(a.shape("shape"), -1));
    };
    static final Rule TRANSPOSE = TypeRules::transpose;
    static final Rule BROADCAST = (in, a) -> {
        TensorType x = in.get(0);
        Shape target = a.shape("shape");
        check(Shape.broadcast(x.shape(), target).equals(target), () -> x.shape() + " cannot be broadcast to " + target);
        return x.withShape(target);
    };
    static final Rule CAST = (in, a) -> in.get(0).withDType(dtype(a));
    static final Rule NUMERIC = sameTypes("numbers", dtype -> dtype.isFloating() || dtype.isInteger());
    static final Rule FLOATING = sameTypes("floating-point numbers", DType::isFloating);
    static final Rule LOGIC = sameTypes("truth values", dtype -> dtype == DType.BOOL);
    static final Rule FLOATING_TEST = (in, a) -> FLOATING.infer(in, a).withDType(DType.BOOL);
    static final Rule COMPARISON = (in, a) -> NUMERIC.infer(in, a).withDType(DType.BOOL);
    static final Rule SELECT = (in, a) -> {
        check(in.get(0).dtype() == DType.BOOL, () -> "the condition is " + in.get(0) + ", not bool");
        check(
                in.get(0).shape().equals(in.get(1).shape()) && in.get(1).equals(in.get(2)),
                () -> "the operands differ: " + operands(in));
        return in.get(1);
    };
    static final Rule REDUCE_FLOATING = reduce("floating-point numbers", DType::isFloating);
    static final Rule REDUCE_LOGIC = reduce("truth values", dtype -> dtype == DType.BOOL);
    static final Rule ARGMAX = (in, a) -> {
        check(a.axes("axes").length == 1, () -> "takes one axis, not " + Arrays.toString(a.axes("axes")));
        return REDUCE_FLOATING.infer(in, a).withDType(DType.INT32);
    };
    static final Rule MATMUL = TypeRules::matmul;

    private TypeRules() {}

    private static DType dtype(Attributes attributes) {
        return DType.valueOf(attributes.text("dtype"));
    }

    static void check(boolean holds, String message) {
        check(holds, () -> message);
    }

    /** The same for a message that is only put together where it is needed: rules run for every node in every pass. */
    static void check(boolean holds, Supplier<String> message) {
        if (!holds) {
            throw new ShapeException(message.get());
        }
    }

    private static String operands(List<TensorType> in) {
        return in.stream().map(TensorType::toString).collect(Collectors.joining(" and "));
    }

    private static Rule sameTypes(String wanted, Predicate<DType> allowed) {
        return (in, a) -> {
            TensorType first = in.get(0);
            for (TensorType type : in) {
                check(allowed.test(type.dtype()), () -> "takes " + wanted + ", not " + operands(in));
                check(type.dtype() == first.dtype(), () -> "the element types differ: " + operands(in));
                check(
                        type.shape().equals(first.shape()),
                        () -> "the shapes differ: " + first.shape() + " and " + type.shape());
            }
            return first;
        };
    }

    private static Rule reduce(String wanted, Predicate<DType> allowed) {
        return (in, a) -> {
            TensorType x = in.get(0);
            check(allowed.test(x.dtype()), () -> "takes " + wanted + ", not " + x);
            var removed = new TreeSet<Integer>();
            for (int axis : a.axes("axes")) {
                check(axis >= 0 && axis < x.shape().rank(), () -> "there is no axis " + axis + " in " + x.shape());
                check(removed.add(axis), () -> "axis " + axis + " is named twice");
            }
            var kept = new ArrayList<Dim>();
            for (int i = 0; i < x.shape().rank(); i++) {
                if (!removed.contains(i)) {
                    kept.add(x.shape().dim(i));
                }
            }
            return x.withShape(Shape.of(kept));
        };
    }

    private static TensorType transpose(List<TensorType> in, Attributes attributes) {
        Shape shape = in.get(0).shape();
        int[] axes = attributes.axes("axes");
        var seen = new TreeSet<Integer>();
        var dims = new ArrayList<Dim>();
        for (int axis : axes) {
            check(
                    axis >= 0 && axis < shape.rank() && seen.add(axis),
                    () -> Arrays.toString(axes) + " is no order of the axes of " + shape);
            dims.add(shape.dim(axis));
        }
        check(axes.length == shape.rank(), () -> Arrays.toString(axes) + " does not name every axis of " + shape);
        return in.get(0).withShape(Shape.of(dims));
    }

    private static TensorType matmul(List<TensorType> in, Attributes attributes) {
        Shape a = in.get(0).shape();
        Shape b = in.get(1).shape();
        check(
                in.stream().allMatch(type -> type.dtype().isFloating()),
                () -> "takes floating-point numbers, not " + operands(in));
        check(in.get(0).dtype() == in.get(1).dtype(), () -> "the element types differ: " + operands(in));
        check(
                a.rank() >= 2 && b.rank() == a.rank(),
                () -> "takes two matrices, or two equal stacks of them: " + a + " x " + b);
        boolean transposeA = attributes.flag("transposeA");
        boolean transposeB = attributes.flag("transposeB");
        Dim m = a.dim(transposeA ? -1 : -2);
        Dim n = b.dim(transposeB ? -2 : -1);
        check(
                a.dim(transposeA ? -2 : -1).equals(b.dim(transposeB ? -1 : -2)),
                () -> "the inner sizes differ: " + a + (transposeA ? " transposed" : "") + " x " + b
                        + (transposeB ? " transposed" : ""));
        var dims = new ArrayList<>(a.dims().subList(0, a.rank() - 2));
        check(dims.equals(b.dims().subList(0, b.rank() - 2)), () -> "the leading sizes differ: " + a + " x " + b);
        dims.add(m);
        dims.add(n);
        return in.get(0).withShape(Shape.of(dims));
    }
}
