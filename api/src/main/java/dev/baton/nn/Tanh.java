package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** The hyperbolic tangent of each element. */
public final class Tanh extends Layer {

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, x::tanh);
    }
}
