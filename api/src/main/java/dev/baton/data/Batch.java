package dev.baton.data;

import dev.baton.NDArray;
import dev.baton.ShapeException;

/**
 * Some examples: what the model is shown and what would be right.
 *
 * @param inputs [N, ...]
 * @param targets [N, ...]; for classes int32 [N]
 */
public record Batch(NDArray inputs, NDArray targets) {

    /**
     * @throws ShapeException if one has no first dimension for the examples, or they hold different numbers of them
     */
    public Batch {
        boolean fits = inputs.shape().rank() > 0
                && targets.shape().rank() > 0
                && inputs.shape().size(0) == targets.shape().size(0);
        if (!fits) {
            throw new ShapeException("a batch holds inputs [N, ...] and as many targets [N, ...], not inputs "
                    + inputs.shape() + " and targets " + targets.shape());
        }
    }

    /** The number of examples. */
    public long size() {
        return inputs.shape().size(0);
    }
}
