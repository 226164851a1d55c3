package dev.baton.loss;

import dev.baton.tensor.Tensor;

/** How wrong answers are. */
@FunctionalInterface
public interface Loss {

    /**
     * The mean loss, a scalar.
     *
     * @param answers what the model gives
     * @param targets what would have been right
     */
    Tensor of(Tensor answers, Tensor targets);
}
