package dev.baton.composite;

import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The last dimensions of a shape, over which a normalisation goes: [..., L] with L for all of them. What belongs to the
 * others is [...], what belongs to L has L's own shape.
 */
record LastDimensions(Shape shape, int count) {

    /** The attribute with the number of last dimensions. */
    static final String DIMENSIONS = "dimensions";

    static LastDimensions of(Shape shape, Attributes attributes) {
        return new LastDimensions(shape, Math.toIntExact(attributes.integer(DIMENSIONS)));
    }

    /** The types of x, what is kept for each of the leading dimensions, and L's parameters, checked. */
    static List<TensorType> check(List<TensorType> inputs, Attributes attributes, int kept) {
        TensorType x = inputs.get(0);
        Primitive.EXP.infer(List.of(x), attributes);
        LastDimensions last = of(x.shape(), attributes);
        if (last.count < 1 || last.count > x.shape().rank()) {
            throw new ShapeException("cannot normalise over the last " + last.count + " dimensions of " + x.shape());
        }
        for (TensorType parameter : inputs.subList(1, inputs.size())) {
            if (!parameter.equals(x.withShape(last.own()))) {
                throw new ShapeException("the weight and the bias for the last " + last.count + " dimensions of "
                        + x.shape() + " are " + x.withShape(last.own()) + ", not " + parameter);
            }
        }
        TensorType each = x.withShape(last.leading());
        return IntStream.rangeClosed(0, kept).mapToObj(i -> i == 0 ? x : each).toList();
    }

    private int first() {
        return shape.rank() - count;
    }

    private int[] axes() {
        return IntStream.range(first(), shape.rank()).toArray();
    }

    private Shape leading() {
        return Shape.of(shape.dims().subList(0, first()));
    }

    /** L. */
    Shape own() {
        return Shape.of(shape.dims().subList(first(), shape.rank()));
    }

    /** The mean over the last dimensions, for each of the leading ones. */
    Value mean(Emitter emit, Value x) {
        Value sum = emit.sum(x, axes());
        Value size = emit.size(own(), x.dtype());
        return emit.div(sum, emit.broadcast(size, sum.shape()));
    }

    /** What belongs to the leading dimensions, repeated over the last ones. */
    Value repeat(Emitter emit, Value each) {
        return emit.unreduce(each, shape, axes());
    }

    /** What belongs to the last dimensions, repeated over the leading ones. */
    Value spread(Emitter emit, Value own) {
        return emit.broadcast(own, shape);
    }

    /** The sum over the leading dimensions. */
    Value gather(Emitter emit, Value x) {
        return emit.sum(x, IntStream.range(0, first()).toArray());
    }
}
