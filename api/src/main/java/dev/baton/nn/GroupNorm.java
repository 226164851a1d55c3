package dev.baton.nn;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Group normalisation (Wu and He 2018): [N, channels, ...] -> the same. The channels of each example come in equal
 * groups, and each group gets the mean 0 and the variance 1; then each channel is scaled and shifted by the learnt
 * {@code weight} and {@code bias}. No example depends on another, in training or in inference.
 */
public final class GroupNorm extends Layer {

    private final long groups;
    private final long channels;
    private final double epsilon;
    private final Parameter weight;
    private final Parameter bias;

    /**
     * A layer with epsilon 1e-5.
     *
     * @throws ShapeException if the channels do not come in so many equal groups
     */
    public GroupNorm(long groups, long channels) {
        this(groups, channels, 1e-5);
    }

    private GroupNorm(long groups, long channels, double epsilon) {
        if (groups < 1 || channels < 1 || channels % groups != 0) {
            throw new ShapeException(
                    "the channels of GroupNorm, " + channels + ", do not come in " + groups + " equal groups");
        }
        this.groups = groups;
        this.channels = channels;
        this.epsilon = epsilon;
        this.weight = parameter("weight", Shape.of(channels), Initializers.constant(1));
        this.bias = parameter("bias", Shape.of(channels), Initializers.constant(0));
    }

    /** What is added to variances, so that none is 0. */
    public GroupNorm epsilon(double epsilon) {
        return new GroupNorm(groups, channels, BatchNorm.requireEpsilon("GroupNorm", epsilon));
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            Shape shape = x.shape();
            if (shape.rank() < 2 || !shape.dim(1).equals(Dim.of(channels))) {
                throw x.graph().shapeError("group norm: x is " + shape + " and should be [N, " + channels + ", ...]");
            }
            // All elements of a group side by side: [N, groups, rest].
            Dim rest = Shape.of(shape.dims().subList(2, shape.rank())).elements();
            Shape grouped = Shape.of(List.of(shape.dim(0), Dim.of(groups), rest.times(Dim.of(channels / groups))));
            Shape kept = grouped.with(2, Dim.of(1));
            Tensor values = x.reshape(grouped);
            Tensor centred = values.subtract(values.mean(2).reshape(kept));
            Tensor deviation =
                    centred.square().mean(2).reshape(kept).add(epsilon).sqrt();
            Tensor normalised = centred.divide(deviation).reshape(shape);
            return normalised.multiply(perChannel(weight.in(x), shape)).add(perChannel(bias.in(x), shape));
        });
    }

    /** [channels] -> [channels, 1, ...], to be broadcast. */
    private static Tensor perChannel(Tensor values, Shape shape) {
        var dims = new ArrayList<>(Collections.nCopies(shape.rank() - 1, Dim.of(1)));
        dims.set(0, shape.dim(1));
        return values.reshape(Shape.of(dims));
    }

    @Override
    protected String describe() {
        return "GroupNorm(" + channels + " in " + groups + " groups)";
    }
}
