package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** All values of an example in a row: [N, ...] -> [N, product of the rest]. */
public final class Flatten extends Layer {

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, x::flatten);
    }
}
