package dev.baton.loss;

import dev.baton.tensor.Tensor;

/** How wrong answers are, as one number that training makes smaller. {@link Losses} has the usual ones. */
@FunctionalInterface
public interface Loss {

    /**
     * The loss, a scalar; of the library's losses the mean over the examples.
     *
     * @param answers what the model gives
     * @param targets what would have been right
     */
    Tensor of(Tensor answers, Tensor targets);
}
