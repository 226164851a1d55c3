package dev.baton.cost;

/**
 * Additions, multiplications and other functions of one step, as the op table counts them: every one is exact.
 *
 * @param forward from the inputs to the loss
 * @param backward from the loss to the gradients
 * @param update the norms of the gradients, the check that all is finite, and the optimizer's update
 */
public record Operations(long forward, long backward, long update) {

    /** All of them. */
    public long total() {
        return forward + backward + update;
    }
}
