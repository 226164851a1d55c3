package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** Negative elements become 0. */
public final class ReLU extends Layer {

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, x::relu);
    }
}
