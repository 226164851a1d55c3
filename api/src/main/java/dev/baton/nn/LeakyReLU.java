package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** Negative elements are multiplied by a small slope (Maas et al. 2013). */
public final class LeakyReLU extends Layer {

    private final double slope;

    /** With slope 0.01. */
    public LeakyReLU() {
        this(0.01);
    }

    public LeakyReLU(double slope) {
        this.slope = slope;
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> x.leakyRelu(slope));
    }

    @Override
    protected String describe() {
        return "LeakyReLU(" + slope + ")";
    }
}
