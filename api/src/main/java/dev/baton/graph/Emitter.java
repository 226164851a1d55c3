package dev.baton.graph;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Adds nodes of the op table to a graph under construction: the vocabulary of gradient rules and of composites'
 * definitions. Strict: operands must fit as they are (see {@code Tensor} for broadcasting).
 */
public final class Emitter {

    private final GraphBuilder builder;

    public Emitter(GraphBuilder builder) {
        this.builder = builder;
    }

    /** Where the nodes are added. */
    public GraphBuilder builder() {
        return builder;
    }

    /** Any operation with one output. */
    public Value apply(Operation operation, Attributes attributes, Value... inputs) {
        return builder.add(operation, List.of(inputs), attributes).output(0);
    }

    /** Any operation with one output and no attributes. */
    public Value apply(Operation operation, Value... inputs) {
        return apply(operation, Attributes.none(), inputs);
    }

    /** A fixed array. */
    public Value constant(NDArray value) {
        return apply(Primitive.CONSTANT, Attributes.of("value", value));
    }

    /** The same number everywhere. */
    public Value full(TensorType type, double number) {
        NDArray scalar = NDArray.zeros(type.dtype(), Shape.scalar());
        scalar.set(0, number);
        return broadcast(constant(scalar), type.shape());
    }

    /** The same number everywhere, with the type of another value. */
    public Value fullLike(Value like, double number) {
        return full(like.type(), number);
    }

    /** The number of elements of a shape, as a scalar. */
    public Value size(Shape shape, DType dtype) {
        return apply(Primitive.SIZE, Attributes.of("shape", shape).with("dtype", dtype.name()));
    }

    /** 0, 1, 2, ... */
    public Value iota(dev.baton.Dim length, DType dtype) {
        return apply(
                Primitive.IOTA,
                Attributes.of("shape", Shape.of(List.of(length))).with("dtype", dtype.name()));
    }

    public Value reshape(Value x, Shape shape) {
        return x.shape().equals(shape) ? x : apply(Primitive.RESHAPE, Attributes.of("shape", shape), x);
    }

    public Value broadcast(Value x, Shape shape) {
        return x.shape().equals(shape) ? x : apply(Primitive.BROADCAST, Attributes.of("shape", shape), x);
    }

    public Value transpose(Value x, int... axes) {
        long[] order = Arrays.stream(axes).asLongStream().toArray();
        return apply(Primitive.TRANSPOSE, Attributes.of("axes", order), x);
    }

    /** The part of a shape that begins at an index for each dimension. */
    public Value slice(Value x, long[] starts, Shape shape) {
        return x.shape().equals(shape)
                ? x
                : apply(Primitive.SLICE, Attributes.of("starts", starts).with("shape", shape), x);
    }

    /** Elements {@code from} to {@code to - 1} of one axis. */
    public Value slice(Value x, int axis, long from, long to) {
        var starts = new long[x.shape().rank()];
        starts[axis] = from;
        return slice(x, starts, x.shape().with(axis, dev.baton.Dim.of(to - from)));
    }

    /** A number around every dimension. */
    public Value pad(Value x, long[] before, long[] after, double number) {
        boolean none = Arrays.stream(before).sum() + Arrays.stream(after).sum() == 0;
        var attributes = Attributes.of("before", before).with("after", after).with("value", number);
        return none ? x : apply(Primitive.PAD, attributes, x);
    }

    /** Sliding windows over the last dimensions: [..., S] -> [..., O, K]. */
    public Value windows(Value x, long[] kernel, long[] stride, long[] dilation) {
        var attributes = Attributes.of("kernel", kernel).with("stride", stride).with("dilation", dilation);
        return apply(Primitive.WINDOWS, attributes, x);
    }

    /** Adds windows up where they came from: [..., O, K] -> [..., S]. */
    public Value fold(Value windows, Shape shape, long[] stride, long[] dilation) {
        var attributes = Attributes.of("shape", shape).with("stride", stride).with("dilation", dilation);
        return apply(Primitive.FOLD, attributes, windows);
    }

    /** The operands one after the other along an axis. */
    public Value concat(int axis, Value... operands) {
        return operands.length == 1
                ? operands[0]
                : apply(Primitive.CONCAT, Attributes.of("axis", (long) axis), operands);
    }

    /**
     * Rows of a table [V, ...] by their numbers.
     *
     * @param outside what stands where an index is no row of the table
     */
    public Value gather(Value table, Value indices, double outside) {
        return apply(Primitive.GATHER, Attributes.of("outside", outside), table, indices);
    }

    /** Rows added up at their numbers, in a table of the given shape. */
    public Value scatterAdd(Value indices, Value rows, Shape table) {
        return apply(Primitive.SCATTER_ADD, Attributes.of("shape", table), indices, rows);
    }

    public Value cast(Value x, DType dtype) {
        return x.dtype() == dtype ? x : apply(Primitive.CAST, Attributes.of("dtype", dtype.name()), x);
    }

    public Value neg(Value x) {
        return apply(Primitive.NEG, x);
    }

    public Value add(Value a, Value b) {
        return apply(Primitive.ADD, a, b);
    }

    public Value sub(Value a, Value b) {
        return apply(Primitive.SUB, a, b);
    }

    public Value mul(Value a, Value b) {
        return apply(Primitive.MUL, a, b);
    }

    public Value mul(Value a, double number) {
        return mul(a, fullLike(a, number));
    }

    public Value div(Value a, Value b) {
        return apply(Primitive.DIV, a, b);
    }

    public Value equal(Value a, Value b) {
        return apply(Primitive.EQUAL, a, b);
    }

    public Value less(Value a, Value b) {
        return apply(Primitive.LESS, a, b);
    }

    public Value select(Value condition, Value a, Value b) {
        return apply(Primitive.SELECT, condition, a, b);
    }

    /** A reduction over the given axes, which are removed. */
    public Value reduce(Primitive reduction, Value x, int... axes) {
        long[] removed = Arrays.stream(axes).asLongStream().toArray();
        return apply(reduction, Attributes.of("axes", removed), x);
    }

    public Value sum(Value x, int... axes) {
        return axes.length == 0 ? x : reduce(Primitive.SUM, x, axes);
    }

    /** The sum of all elements, a scalar. */
    public Value sumAll(Value x) {
        return sum(x, IntStream.range(0, x.shape().rank()).toArray());
    }

    /** Puts the axes removed by a reduction back as size 1 and repeats along them. */
    public Value unreduce(Value reduced, Shape original, int... axes) {
        Shape kept = original;
        for (int axis : axes) {
            kept = kept.with(axis, dev.baton.Dim.of(1));
        }
        return broadcast(reshape(reduced, kept), original);
    }

    public Value matmul(Value a, Value b, boolean transposeA, boolean transposeB) {
        return matmul(a, b, transposeA, transposeB, false);
    }

    /** @param bfloat16 whether the factors are rounded first: see {@link Primitive#BFLOAT16} */
    public Value matmul(Value a, Value b, boolean transposeA, boolean transposeB, boolean bfloat16) {
        var flags = Attributes.of("transposeA", transposeA).with("transposeB", transposeB);
        return apply(Primitive.MATMUL, bfloat16 ? flags.with(Primitive.BFLOAT16, true) : flags, a, b);
    }
}
