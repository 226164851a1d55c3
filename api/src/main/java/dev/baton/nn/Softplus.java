package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** log(1 + exp(x)): a smooth ReLU, always positive (Dugas et al. 2001). */
public final class Softplus extends Layer {

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, x::softplus);
    }
}
