package dev.baton.train;

import dev.baton.BatonException;
import java.util.Objects;

/**
 * When a run ends because a metric no longer gets better. The model then has the weights of its best epoch, also where
 * the run went on to its end.
 *
 * @param metric the name of a metric that the trainer measures
 * @param higherIsBetter whether more of it is better
 * @param patience how many epochs in a row may be no better than the best so far
 * @param leastGain by how much an epoch has to be better to count, at least 0
 */
public record EarlyStopping(String metric, boolean higherIsBetter, int patience, double leastGain) {

    private static final int USUAL_PATIENCE = 5;

    public EarlyStopping {
        Objects.requireNonNull(metric, "metric");
        if (patience < 0) {
            throw new BatonException("a patience is at least 0 epochs, not " + patience);
        }
        if (!(leastGain >= 0 && leastGain < Double.POSITIVE_INFINITY)) {
            throw new BatonException("the least gain is a number of at least 0, not " + leastGain);
        }
    }

    /** Ends after five epochs without a higher value, such as an accuracy. */
    public static EarlyStopping onHighest(String metric) {
        return new EarlyStopping(metric, true, USUAL_PATIENCE, 0);
    }

    /** Ends after five epochs without a lower value, such as an error. */
    public static EarlyStopping onLowest(String metric) {
        return new EarlyStopping(metric, false, USUAL_PATIENCE, 0);
    }

    /** The same with another patience, in epochs. */
    public EarlyStopping patience(int epochs) {
        return new EarlyStopping(metric, higherIsBetter, epochs, leastGain);
    }

    /** The same, but less than this is no improvement. */
    public EarlyStopping leastGain(double gain) {
        return new EarlyStopping(metric, higherIsBetter, patience, gain);
    }

    /** Whether a value is better than the best so far; NaN never is. */
    boolean isBetter(double value, double best) {
        if (Double.isNaN(best)) {
            return !Double.isNaN(value);
        }
        return higherIsBetter ? value > best + leastGain : value < best - leastGain;
    }
}
