package dev.baton.train;

import java.util.Locale;

/**
 * What a training step gave.
 *
 * @param step its number, from 1
 * @param loss the mean loss of the batch, before the update
 * @param gradientNorm the norm of all gradients taken together, before they are clipped
 */
public record StepResult(long step, float loss, float gradientNorm) {

    /** For instance {@code step 100  loss 0.2741}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "step %,d  loss %.4f", step, loss);
    }
}
