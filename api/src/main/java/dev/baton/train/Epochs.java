package dev.baton.train;

import dev.baton.BatonException;

/**
 * The length of a training run.
 *
 * @param count passes over the training data, at least 1
 */
public record Epochs(int count) {

    public Epochs {
        if (count < 1) {
            throw new BatonException("a training run lasts at least one epoch, not " + count);
        }
    }

    public static Epochs of(int count) {
        return new Epochs(count);
    }
}
