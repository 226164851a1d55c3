package dev.baton.train;

import java.time.Duration;
import java.util.Locale;

/**
 * What one pass over the training data gave.
 *
 * @param epoch its number, from 1
 * @param epochs how many there are
 * @param loss the mean loss of the training examples, each before the update that it took part in
 * @param accuracy the share of validation examples answered rightly afterwards
 * @param samplesPerSecond training examples a second in this epoch, validation left out
 * @param left the time that the remaining epochs will take at the pace so far
 */
public record EpochResult(int epoch, int epochs, double loss, double accuracy, double samplesPerSecond, Duration left) {

    /** For instance {@code epoch 3/20  loss 0.2741  accuracy 0.9312  48,210 samples/s  4 s left}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "epoch %d/%d  loss %.4f  accuracy %.4f  %,.0f samples/s  %d s left",
                epoch, epochs, loss, accuracy, samplesPerSecond, left.toSeconds());
    }
}
