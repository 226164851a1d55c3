package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.data.Batches;
import java.util.Locale;

/**
 * The length of a training run.
 *
 * @param count passes over the training data, at least 1
 * @param mostSteps where the run ends if the epochs take longer, at least 1
 */
public record Epochs(int count, long mostSteps) {

    public Epochs {
        if (count < 1) {
            throw new BatonException("a training run lasts at least one epoch, not " + count);
        }
        if (mostSteps < 1) {
            throw new BatonException("a training run lasts at least one step, not " + mostSteps);
        }
    }

    public static Epochs of(int count) {
        return new Epochs(count, Long.MAX_VALUE);
    }

    /** The same, but no more than so many steps: the last epoch may be cut short. */
    public Epochs atMostSteps(long steps) {
        return new Epochs(count, steps);
    }

    /** How many steps they take on some training data. */
    public long steps(Batches training) {
        return steps(training.count());
    }

    /** How many of them are begun on some training data. */
    public int begun(Batches training) {
        return begun(training.count());
    }

    /** How many steps they take, with so many in each. */
    long steps(int inEpoch) {
        return Math.min(mostSteps, (long) count * inEpoch);
    }

    /** How many of them are begun, with so many steps in each. */
    int begun(int inEpoch) {
        return (int) ((steps(inEpoch) + inEpoch - 1) / inEpoch);
    }

    /** For instance {@code 20 epochs, at most 500 steps}. */
    @Override
    public String toString() {
        String epochs = count == 1 ? "1 epoch" : String.format(Locale.ROOT, "%,d epochs", count);
        return mostSteps == Long.MAX_VALUE
                ? epochs
                : String.format(Locale.ROOT, "%s, at most %,d steps", epochs, mostSteps);
    }
}
