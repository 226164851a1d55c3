package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** Negative elements become alpha (exp(x) - 1) (Clevert et al. 2016). */
public final class ELU extends Layer {

    private final double alpha;

    /** With alpha 1. */
    public ELU() {
        this(1);
    }

    public ELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> x.elu(alpha));
    }

    @Override
    protected String describe() {
        return "ELU(" + alpha + ")";
    }
}
