package dev.baton.data;

import dev.baton.NDArray;

/**
 * Some examples: what the model is shown and what would be right.
 *
 * @param inputs [N, ...]
 * @param targets [N, ...]; for classes int32 [N]
 */
public record Batch(NDArray inputs, NDArray targets) {

    /** The number of examples. */
    public long size() {
        return inputs.shape().size(0);
    }
}
