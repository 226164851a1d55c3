package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** 1 / (1 + exp(-x)) of each element. */
public final class Sigmoid extends Layer {

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, x::sigmoid);
    }
}
