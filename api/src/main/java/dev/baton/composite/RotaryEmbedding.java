package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Rotary position embedding (Su et al. 2021): pair i of the last dimension of size W is turned, at position t, by the
 * angle t base^(-2 i / W). A pair is (x[i], x[i + W/2]), or (x[2 i], x[2 i + 1]) where pairs are neighbours. Of any
 * shape, to the same shape.
 */
public final class RotaryEmbedding extends Composite {

    /** The attribute with the axis along which positions count from 0; not the last. */
    public static final String AXIS = "axis";

    /** The attribute with the base of the angles. */
    public static final String BASE = "base";

    /** The flag that says that pairs are neighbours, as in the paper. */
    public static final String NEIGHBOURS = "neighbours";

    /** The flag that says to turn by minus the angle. */
    public static final String BACK = "back";

    public static final RotaryEmbedding INSTANCE = new RotaryEmbedding();

    private RotaryEmbedding() {
        super("rotary embedding");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        Shape shape = inputs.get(0).shape();
        long axis = attributes.integer(AXIS);
        if (axis < 0 || axis >= shape.rank() - 1) {
            throw new ShapeException(
                    "positions lie along an axis before the last, not along axis " + axis + " of " + shape);
        }
        if (!shape.dim((int) axis).isFixed() || !shape.dim(-1).isFixed() || shape.size(-1) % 2 != 0) {
            throw new ShapeException(
                    "turns pairs of the last dimension at positions whose number is known, not " + shape);
        }
        checkRank(shape, attributes);
        return Primitive.EXP.infer(inputs, attributes);
    }

    static void checkRank(Shape shape, Attributes attributes) {
        if (attributes.flag(NEIGHBOURS) && shape.rank() == Shape.MAX_RANK) {
            throw new ShapeException(
                    "takes at most " + (Shape.MAX_RANK - 1) + " dimensions where pairs are neighbours");
        }
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value x = inputs.get(0);
        Shape halves = x.shape().with(-1, Dim.of(x.shape().size(-1) / 2));
        Value cos = table(emit, halves, x.dtype(), attributes, StrictMath::cos);
        Value sin = table(emit, halves, x.dtype(), attributes, StrictMath::sin);
        return List.of(turn(emit, x, cos, sin, attributes.flag(NEIGHBOURS)));
    }

    /**
     * Turns pairs by angles.
     *
     * @param cos of the angle of each pair, of the shape of x but for the last dimension, which is half as large
     */
    static Value turn(Emitter emit, Value x, Value cos, Value sin, boolean neighbours) {
        int last = x.shape().rank() - 1;
        long half = x.shape().size(last) / 2;
        Shape halves = x.shape().with(last, Dim.of(half));
        // Either way the pairs become two values of half the width.
        Value pairs = neighbours ? emit.reshape(x, withPairs(halves)) : x;
        int along = neighbours ? last + 1 : last;
        long width = neighbours ? 1 : half;
        Value first = emit.reshape(emit.slice(pairs, along, 0, width), halves);
        Value second = emit.reshape(emit.slice(pairs, along, width, 2 * width), halves);
        Value turnedFirst = emit.sub(emit.mul(first, cos), emit.mul(second, sin));
        Value turnedSecond = emit.add(emit.mul(second, cos), emit.mul(first, sin));
        Shape part = neighbours ? withPairs(halves).with(along, Dim.of(1)) : halves;
        Value joined = emit.concat(along, emit.reshape(turnedFirst, part), emit.reshape(turnedSecond, part));
        return emit.reshape(joined, x.shape());
    }

    private static Shape withPairs(Shape halves) {
        var dims = new ArrayList<>(halves.dims());
        dims.add(Dim.of(2));
        return Shape.of(dims);
    }

    /** A function of the angle at each position and pair, repeated to a shape. */
    private static Value table(
            Emitter emit, Shape halves, DType dtype, Attributes attributes, DoubleUnaryOperator function) {
        int axis = (int) attributes.integer(AXIS);
        var dims = new ArrayList<>(Collections.nCopies(halves.rank(), Dim.of(1)));
        dims.set(axis, halves.dim(axis));
        dims.set(halves.rank() - 1, halves.dim(-1));
        NDArray angles = table(dtype, halves.size(axis), halves.size(-1), attributes, function);
        return emit.broadcast(emit.reshape(emit.constant(angles), Shape.of(dims)), halves);
    }

    /** A function of the angle at each position and pair, [positions, half]. */
    static NDArray table(DType dtype, long positions, long half, Attributes attributes, DoubleUnaryOperator function) {
        double sign = attributes.flag(BACK) ? -1 : 1;
        NDArray table = NDArray.zeros(dtype, Shape.of(positions, half));
        for (long t = 0; t < positions; t++) {
            for (long i = 0; i < half; i++) {
                double angle = sign * t * StrictMath.pow(attributes.number(BASE), (double) -i / half);
                table.set((int) (t * half + i), function.applyAsDouble(angle));
            }
        }
        return table;
    }

    /** Turning is undone by turning back, which is also its transpose. */
    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            Attributes attributes = node.attributes();
            return List.of(emit.apply(INSTANCE, attributes.with(BACK, !attributes.flag(BACK)), upstream.get(0)));
        };
    }
}
