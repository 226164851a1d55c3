package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** x times the normal distribution's share below x (Hendrycks and Gimpel 2016), the exact form. */
public final class GELU extends Layer {

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, x::gelu);
    }
}
