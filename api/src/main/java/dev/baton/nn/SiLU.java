package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** x sigmoid(x) (Elfwing et al. 2018). */
public final class SiLU extends Layer {

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, x::silu);
    }
}
