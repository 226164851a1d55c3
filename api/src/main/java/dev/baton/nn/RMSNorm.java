package dev.baton.nn;

import dev.baton.Shape;
import dev.baton.composite.RmsNormalization;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.tensor.Tensor;

/**
 * Each example's last dimensions are divided by the root of their mean square, then multiplied by a learnt weight (Zhang
 * and Sennrich 2019): [..., L] -> [..., L]. The weight starts at 1.
 */
public final class RMSNorm extends Layer {

    /** What PyTorch's layer takes: the distance from 1 to the next float32. */
    private static final double EPSILON = 0x1p-23;

    private final Shape normalized;
    private final double epsilon;
    private final Parameter weight;

    /** Over the last dimension, of this size. */
    public RMSNorm(long size) {
        this(Shape.of(size));
    }

    /** Over the last dimensions, of these sizes. */
    public RMSNorm(Shape normalized) {
        this(normalized, EPSILON);
    }

    private RMSNorm(Shape normalized, double epsilon) {
        LastSizes.check("RMSNorm", normalized, epsilon);
        this.normalized = normalized;
        this.epsilon = epsilon;
        this.weight = parameter("weight", normalized, Initializers.constant(1));
    }

    /** A layer with another number in the place of 2^-23, which keeps the root from 0. */
    public RMSNorm epsilon(double other) {
        return new RMSNorm(normalized, other);
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            LastSizes.checkInput("rms norm", x, normalized);
            var attributes = Attributes.of(RmsNormalization.DIMENSIONS, (long) normalized.rank())
                    .with(RmsNormalization.EPSILON, epsilon);
            return Tensor.of(
                    x.graph(),
                    new Emitter(x.graph())
                            .apply(
                                    RmsNormalization.FORWARD,
                                    attributes,
                                    x.value(),
                                    weight.in(x).value()));
        });
    }

    @Override
    protected String describe() {
        return "RMSNorm(" + LastSizes.text(normalized) + ")";
    }
}
