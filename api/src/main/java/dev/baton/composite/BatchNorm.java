package dev.baton.composite;

import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batch normalisation (Ioffe and Szegedy 2015) with the statistics of the batch: x [N, C, ...], weight [C], bias [C] ->
 * (x - mean) * inverse deviation * weight + bias, and the saved mean [C] and inverse deviation [C] =
 * 1 / sqrt(variance + epsilon) of each channel over everything else, two elements at least. The variance is that of the
 * batch itself: its divisor is the number of elements. Attribute: {@link #EPSILON}.
 */
public final class BatchNorm extends Composite {

    public static final String EPSILON = "epsilon";

    public static final BatchNorm FORWARD = new BatchNorm();
    public static final Backward BACKWARD = new Backward();
    public static final Inference INFERENCE = new Inference();

    private BatchNorm() {
        super("batch norm");
    }

    private static void check(List<TensorType> inputs, String... perChannel) {
        TensorType x = inputs.get(0);
        if (x.shape().rank() < 2) {
            throw new ShapeException("x is " + x.shape() + " and should be [N, C, ...]");
        }
        if (!x.dtype().isFloating()) {
            throw new ShapeException("takes floating-point numbers, not " + x.dtype());
        }
        TensorType channels = x.withShape(Shape.of(List.of(x.shape().dim(1))));
        for (int i = 0; i < perChannel.length; i++) {
            if (!inputs.get(1 + i).equals(channels)) {
                throw new ShapeException("the " + perChannel[i] + " is " + inputs.get(1 + i) + ", but x " + x + " has "
                        + x.shape().dim(1) + " channels");
            }
        }
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        attributes.number(EPSILON);
        check(inputs, "weight", "bias");
        Shape perChannel = inputs.get(0).shape().without(1);
        if (perChannel.isFixed() && perChannel.size() == 1) {
            throw new ShapeException(
                    "x " + inputs.get(0).shape()
                            + " has one value of each channel, which is no distribution to learn from: a batch needs two or more");
        }
        return List.of(inputs.get(0), inputs.get(1), inputs.get(1));
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        var over = new Channels(emit, inputs.get(0).shape());
        Value x = inputs.get(0);
        Value mean = over.mean(x);
        Value centred = emit.sub(x, over.spread(mean));
        Value variance = over.mean(emit.mul(centred, centred));
        Value inverseDeviation = inverseDeviation(emit, variance, attributes);
        Value normalised = emit.mul(centred, over.spread(inverseDeviation));
        Value y = emit.add(emit.mul(normalised, over.spread(inputs.get(1))), over.spread(inputs.get(2)));
        return List.of(y, mean, inverseDeviation);
    }

    private static Value inverseDeviation(Emitter emit, Value variance, Attributes attributes) {
        return emit.apply(Primitive.RSQRT, emit.add(variance, emit.fullLike(variance, attributes.number(EPSILON))));
    }

    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            Value x = node.input(0);
            Value mean = node.output(1);
            Value inverseDeviation = node.output(2);
            Value up = upstream.get(0) != null ? upstream.get(0) : emit.fullLike(x, 0);
            List<Value> inputs = List.of(x, node.input(1), mean, inverseDeviation, up);
            var backward = emit.builder().add(BACKWARD, inputs, Attributes.none());
            Value byX = backward.output(0);
            var over = new Channels(emit, x.shape());
            if (upstream.get(1) != null) {
                byX = emit.add(byX, over.spread(over.share(upstream.get(1))));
            }
            if (upstream.get(2) != null) {
                // d inverse deviation / d x = -inverse deviation^3 (x - mean) / count
                Value square = emit.mul(inverseDeviation, inverseDeviation);
                Value slope = emit.neg(emit.mul(emit.mul(square, inverseDeviation), over.share(upstream.get(2))));
                byX = emit.add(byX, emit.mul(over.spread(slope), emit.sub(x, over.spread(mean))));
            }
            return List.of(byX, backward.output(1), backward.output(2));
        };
    }

    /** The axes of everything but the channels. */
    private record Channels(Emitter emit, Shape shape) {

        int[] others() {
            return IntStream.range(0, shape.rank()).filter(axis -> axis != 1).toArray();
        }

        /** [C] -> [N, C, ...] */
        Value spread(Value channels) {
            return emit.unreduce(channels, shape, others());
        }

        /** The sum over everything but the channels, [C]. */
        Value sum(Value x) {
            return emit.sum(x, others());
        }

        /** Divides numbers of the channels by the number of elements that each channel has. */
        Value share(Value channels) {
            Value count = emit.size(shape.without(1), channels.dtype());
            return emit.div(channels, emit.broadcast(count, channels.shape()));
        }

        Value mean(Value x) {
            return share(sum(x));
        }
    }

    /**
     * x [N, C, ...], weight [C], mean [C], inverse deviation [C], gradient [N, C, ...] -> the gradients by x, weight and
     * bias, where mean and inverse deviation are those of x.
     */
    public static final class Backward extends Composite {

        private Backward() {
            super("batch norm backward");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            check(inputs, "weight", "mean", "inverse deviation");
            if (!inputs.get(4).equals(inputs.get(0))) {
                throw new ShapeException("the gradient is " + inputs.get(4) + ", but x is " + inputs.get(0));
            }
            return List.of(inputs.get(0), inputs.get(1), inputs.get(1));
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value x = inputs.get(0);
            var over = new Channels(emit, x.shape());
            Value gradient = inputs.get(4);
            Value inverseDeviation = inputs.get(3);
            Value centred = emit.sub(x, over.spread(inputs.get(2)));
            Value normalised = emit.mul(centred, over.spread(inverseDeviation));
            Value byBias = over.sum(gradient);
            Value byWeight = over.sum(emit.mul(gradient, normalised));
            Value common =
                    emit.add(over.spread(over.share(byBias)), emit.mul(normalised, over.spread(over.share(byWeight))));
            Value scale = over.spread(emit.mul(inputs.get(1), inverseDeviation));
            return List.of(emit.mul(scale, emit.sub(gradient, common)), byWeight, byBias);
        }
    }

    /**
     * The same with statistics that were gathered before: x [N, C, ...], weight [C], bias [C], mean [C], variance [C] ->
     * (x - mean) / sqrt(variance + epsilon) * weight + bias.
     */
    public static final class Inference extends Composite {

        private Inference() {
            super("batch norm inference");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            attributes.number(EPSILON);
            check(inputs, "weight", "bias", "mean", "variance");
            return List.of(inputs.get(0));
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value x = inputs.get(0);
            var over = new Channels(emit, x.shape());
            Value scale = scale(emit, inputs, attributes);
            return List.of(emit.add(emit.mul(x, over.spread(scale)), over.spread(shift(emit, inputs, scale))));
        }

        /** What each channel is multiplied by: weight / sqrt(variance + epsilon). */
        public Value scale(Emitter emit, List<Value> inputs, Attributes attributes) {
            return emit.mul(inputs.get(1), inverseDeviation(emit, inputs.get(4), attributes));
        }

        /** What is added to each channel after that: bias - mean * scale. */
        public Value shift(Emitter emit, List<Value> inputs, Value scale) {
            return emit.sub(inputs.get(2), emit.mul(inputs.get(3), scale));
        }
    }
}
