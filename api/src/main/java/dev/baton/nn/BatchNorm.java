package dev.baton.nn;

import dev.baton.BatonException;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.AllReduce;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batch normalisation (Ioffe and Szegedy 2015): [N, channels, ...] -> the same. In training each channel gets the mean 0
 * and the variance 1 over the batch, then a learnt scale and shift ({@code weight} and {@code bias}), and the running
 * mean and variance follow those of the batches; in inference these take the place of the batch's.
 *
 * <p>As in PyTorch, running = (1 - momentum) * running + momentum * batch, and the running variance follows the unbiased
 * one, whose divisor is the number of elements less 1. Right behind a {@link Conv2d}, inference costs nothing: the
 * compiler folds it into the convolution.
 *
 * <p>Where several devices of one machine train together, the mean and the variance are those of the whole batch. Where many
 * machines do ({@code dev.baton.distributed}), they are those of each one's own part of it, and the running ones are averaged,
 * weighted by examples.
 */
public final class BatchNorm extends Layer {

    private final long channels;
    private final double momentum;
    private final double epsilon;
    private final Parameter weight;
    private final Parameter bias;
    private final Statistic runningMean;
    private final Statistic runningVariance;

    /**
     * A layer with momentum 0.1 and epsilon 1e-5.
     *
     * @throws ShapeException if there is no channel
     */
    public BatchNorm(long channels) {
        this(channels, 0.1, 1e-5);
    }

    private BatchNorm(long channels, double momentum, double epsilon) {
        if (channels < 1) {
            throw new ShapeException("BatchNorm needs at least one channel, not " + channels);
        }
        this.channels = channels;
        this.momentum = momentum;
        this.epsilon = epsilon;
        Shape shape = Shape.of(channels);
        this.weight = parameter("weight", shape, Initializers.constant(1));
        this.bias = parameter("bias", shape, Initializers.constant(0));
        this.runningMean = statistic("running_mean", shape, Initializers.constant(0));
        this.runningVariance = statistic("running_var", shape, Initializers.constant(1));
    }

    /**
     * The share of each batch in the running mean and variance.
     *
     * @param momentum in (0, 1]
     */
    public BatchNorm momentum(double momentum) {
        if (!(momentum > 0 && momentum <= 1)) {
            throw new BatonException("the momentum of BatchNorm is above 0 and at most 1, not " + momentum);
        }
        return new BatchNorm(channels, momentum, epsilon);
    }

    /** What is added to variances, so that none is 0. */
    public BatchNorm epsilon(double epsilon) {
        return new BatchNorm(channels, momentum, requireEpsilon("BatchNorm", epsilon));
    }

    static double requireEpsilon(String layer, double epsilon) {
        if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new BatonException("the epsilon of " + layer + " is a positive number, not " + epsilon);
        }
        return epsilon;
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(
                x,
                () -> x.graph().mode() == GraphBuilder.Mode.TRAINING ? normaliseWithBatch(x) : normaliseWithRunning(x));
    }

    private Tensor normaliseWithBatch(Tensor x) {
        return x.graph().isShared() ? normaliseTogether(x) : normalise(x);
    }

    private Attributes attributes() {
        return Attributes.of(dev.baton.composite.BatchNorm.EPSILON, epsilon);
    }

    private Tensor normalise(Tensor x) {
        List<Value> inputs = List.of(x.value(), weight.in(x).value(), bias.in(x).value());
        Node node = x.graph().add(dev.baton.composite.BatchNorm.FORWARD, inputs, attributes());
        Tensor mean = Tensor.of(x.graph(), node.output(1));
        Tensor inverseDeviation = Tensor.of(x.graph(), node.output(2));
        // What rounding leaves of a variance that is nothing against epsilon may lie below 0.
        Tensor variance = inverseDeviation
                .fullLike(1)
                .divide(inverseDeviation.square())
                .add(-epsilon)
                .maximum(mean.fullLike(0));
        Tensor count =
                Tensor.of(x.graph(), new Emitter(x.graph()).size(x.shape().without(1), x.dtype()));
        followAll(mean, variance, count);
        return Tensor.of(x.graph(), node.output(0));
    }

    /** With the statistics of all devices' parts of the batch. */
    private Tensor normaliseTogether(Tensor x) {
        var emit = new Emitter(x.graph());
        int[] others =
                IntStream.range(0, x.shape().rank()).filter(axis -> axis != 1).toArray();
        Value own = emit.size(x.shape().without(1), x.dtype());
        List<Value> sums = AllReduce.of(emit, List.of(emit.sum(x.value(), others), own));
        Value mean =
                emit.div(sums.get(0), emit.broadcast(sums.get(1), sums.get(0).shape()));
        Value centred = emit.sub(x.value(), emit.unreduce(mean, x.shape(), others));
        Value squares = AllReduce.of(emit, List.of(emit.sum(emit.mul(centred, centred), others)))
                .get(0);
        Value variance = emit.div(squares, emit.broadcast(sums.get(1), squares.shape()));
        Value inverseDeviation = emit.apply(Primitive.RSQRT, emit.add(variance, emit.fullLike(variance, epsilon)));
        Value scale = emit.mul(inverseDeviation, weight.in(x).value());
        Value y = emit.add(
                emit.mul(centred, emit.unreduce(scale, x.shape(), others)),
                emit.unreduce(bias.in(x).value(), x.shape(), others));
        followAll(Tensor.of(x.graph(), mean), Tensor.of(x.graph(), variance), Tensor.of(x.graph(), sums.get(1)));
        return Tensor.of(x.graph(), y);
    }

    /**
     * Lets the running statistics follow those of a batch.
     *
     * @param count the elements of each channel
     */
    private void followAll(Tensor mean, Tensor variance, Tensor count) {
        follow(runningMean, mean);
        follow(runningVariance, variance.multiply(count.divide(count.add(-1))));
    }

    private void follow(Statistic running, Tensor batch) {
        running.update(batch, before -> before.multiply(1 - momentum).add(batch.multiply(momentum)));
    }

    private Tensor normaliseWithRunning(Tensor x) {
        Value[] inputs = {
            x.value(),
            weight.in(x).value(),
            bias.in(x).value(),
            runningMean.in(x).value(),
            runningVariance.in(x).value()
        };
        var emit = new Emitter(x.graph());
        return Tensor.of(x.graph(), emit.apply(dev.baton.composite.BatchNorm.INFERENCE, attributes(), inputs));
    }

    @Override
    protected String describe() {
        return "BatchNorm(" + channels + ")";
    }
}
