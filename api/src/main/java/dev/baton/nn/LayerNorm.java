package dev.baton.nn;

import dev.baton.Shape;
import dev.baton.composite.LayerNormalization;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Each example's last dimensions get mean 0 and deviation 1, then a learnt weight and bias (Ba et al. 2016): [..., L] ->
 * [..., L]. The weight starts at 1, the bias at 0.
 */
public final class LayerNorm extends Layer {

    private static final double EPSILON = 1e-5;

    private final Shape normalized;
    private final double epsilon;
    private final Parameter weight;
    private final Parameter bias;

    /** Over the last dimension, of this size. */
    public LayerNorm(long size) {
        this(Shape.of(size));
    }

    /** Over the last dimensions, of these sizes. */
    public LayerNorm(Shape normalized) {
        this(normalized, EPSILON, true);
    }

    /**
     * @param normalized the sizes L of the last dimensions
     * @param epsilon keeps the deviation from 0
     * @param hasBias whether there is a bias
     */
    private LayerNorm(Shape normalized, double epsilon, boolean hasBias) {
        LastSizes.check("LayerNorm", normalized, epsilon);
        this.normalized = normalized;
        this.epsilon = epsilon;
        this.weight = parameter("weight", normalized, Initializers.constant(1));
        this.bias = hasBias ? parameter("bias", normalized, Initializers.constant(0)) : null;
    }

    /** A layer without a bias. */
    public LayerNorm withoutBias() {
        return new LayerNorm(normalized, epsilon, false);
    }

    /** A layer with another number in the place of 1e-5, which keeps the deviation from 0. */
    public LayerNorm epsilon(double other) {
        return new LayerNorm(normalized, other, bias != null);
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            LastSizes.checkInput("layer norm", x, normalized);
            var inputs = new ArrayList<>(List.of(x.value(), weight.in(x).value()));
            if (bias != null) {
                inputs.add(bias.in(x).value());
            }
            var attributes = Attributes.of(LayerNormalization.DIMENSIONS, (long) normalized.rank())
                    .with(LayerNormalization.EPSILON, epsilon);
            Value result =
                    new Emitter(x.graph()).apply(LayerNormalization.FORWARD, attributes, inputs.toArray(Value[]::new));
            return Tensor.of(x.graph(), result);
        });
    }

    @Override
    protected String describe() {
        return "LayerNorm(" + LastSizes.text(normalized) + (bias == null ? ", no bias)" : ")");
    }
}
