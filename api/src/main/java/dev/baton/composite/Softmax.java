package dev.baton.composite;

import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/** exp(x) divided by its sum along an axis, or the logarithm of that: of any shape, to the same shape. */
public final class Softmax extends Composite {

    /** The attribute with the axis along which the results add up to 1, from 0. */
    public static final String AXIS = "axis";

    public static final Softmax SOFTMAX = new Softmax("softmax", false);
    public static final Softmax LOG_SOFTMAX = new Softmax("log softmax", true);

    private final boolean logarithm;
    private final Backward backward;

    private Softmax(String label, boolean logarithm) {
        super(label);
        this.logarithm = logarithm;
        this.backward = new Backward(label, logarithm);
    }

    /** Whether it gives logarithms. */
    public boolean isLogarithm() {
        return logarithm;
    }

    /** What computes the gradient. */
    public Backward backward() {
        return backward;
    }

    private static int axis(Attributes attributes) {
        return Math.toIntExact(attributes.integer(AXIS));
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        var shape = inputs.get(0).shape();
        if (axis(attributes) < 0 || axis(attributes) >= shape.rank()) {
            throw new ShapeException("there is no axis " + axis(attributes) + " in shape " + shape);
        }
        return Primitive.EXP.infer(inputs, attributes);
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value x = inputs.get(0);
        int axis = axis(attributes);
        Value largest = emit.reduce(Primitive.REDUCE_MAX, x, axis);
        Value shifted = emit.sub(x, emit.unreduce(largest, x.shape(), axis));
        Value powers = emit.apply(Primitive.EXP, shifted);
        Value sum = emit.sum(powers, axis);
        return List.of(
                logarithm
                        ? emit.sub(shifted, emit.unreduce(emit.apply(Primitive.LOG, sum), x.shape(), axis))
                        : emit.div(powers, emit.unreduce(sum, x.shape(), axis)));
    }

    /** Reads the output, so that the input need not be kept until the backward pass. */
    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) ->
                List.of(emit.apply(backward, node.attributes(), node.output(0), upstream.get(0)));
    }

    /**
     * The result y and the gradient g that arrives at it -> y (g - sum(g y)), or g - exp(y) sum(g) where y is a
     * logarithm.
     */
    public static final class Backward extends Composite {

        private final boolean logarithm;

        private Backward(String forward, boolean logarithm) {
            super(forward + " backward");
            this.logarithm = logarithm;
        }

        /** Whether the result is a logarithm. */
        public boolean isLogarithm() {
            return logarithm;
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            return Primitive.MUL.infer(inputs, attributes);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value y = inputs.get(0);
            Value gradient = inputs.get(1);
            int axis = axis(attributes);
            if (logarithm) {
                Value sum = emit.unreduce(emit.sum(gradient, axis), y.shape(), axis);
                return List.of(emit.sub(gradient, emit.mul(emit.apply(Primitive.EXP, y), sum)));
            }
            Value sum = emit.unreduce(emit.sum(emit.mul(gradient, y), axis), y.shape(), axis);
            return List.of(emit.mul(y, emit.sub(gradient, sum)));
        }
    }
}
