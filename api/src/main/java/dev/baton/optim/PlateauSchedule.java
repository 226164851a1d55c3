package dev.baton.optim;

import dev.baton.BatonException;
import dev.baton.DataException;
import java.util.List;

/**
 * A learning rate that falls when a metric no longer gets better. It is the one schedule that has to be told something:
 * {@link #observe} is called after every epoch, for instance by the trainer's listener, and the rate of the steps that
 * follow depends on it. The options make a new schedule, which has observed nothing.
 * What it was told is saved with a run only where the optimizer has this schedule itself, or one made of it with
 * {@link Schedule#warmUp} and {@link Schedule#then}; within a lambda nobody sees it.
 */
public final class PlateauSchedule implements Schedule {

    /** Less than this share of the best value so far is no improvement. */
    private static final double THRESHOLD = 1e-4;

    private final double first;
    private final double factor;
    private final int patience;
    private final double lowest;
    private final boolean higherIsBetter;
    private double rate;
    private double best;
    private int worse;

    private PlateauSchedule(double first, double factor, int patience, double lowest, boolean higherIsBetter) {
        this.first = first;
        this.factor = factor;
        this.patience = patience;
        this.lowest = lowest;
        this.higherIsBetter = higherIsBetter;
        this.rate = first;
        this.best = higherIsBetter ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }

    /** Starts at this rate. */
    public static PlateauSchedule of(double rate) {
        if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new BatonException("a learning rate is a positive number, not " + rate);
        }
        return new PlateauSchedule(rate, 0.1, 10, 0, false);
    }

    /** What the rate is multiplied by; 0.1 unless changed. */
    public PlateauSchedule factor(double factor) {
        if (!(factor > 0 && factor < 1)) {
            throw new BatonException(
                    "a falling learning rate is multiplied by a factor between 0 and 1, not " + factor);
        }
        return new PlateauSchedule(first, factor, patience, lowest, higherIsBetter);
    }

    /** How many observations in a row may be no better than the best so far before the rate falls; 10 unless changed. */
    public PlateauSchedule patience(int observations) {
        if (observations < 0) {
            throw new BatonException("a patience is at least 0 observations, not " + observations);
        }
        return new PlateauSchedule(first, factor, observations, lowest, higherIsBetter);
    }

    /** Where the rate stops falling; 0 unless changed. */
    public PlateauSchedule lowest(double rate) {
        if (!(rate >= 0 && rate <= first)) {
            throw new BatonException("the lowest rate is at least 0 and at most the first, " + first + ", not " + rate);
        }
        return new PlateauSchedule(first, factor, patience, rate, higherIsBetter);
    }

    /** For metrics such as the accuracy; without it lower is better, as of a loss. */
    public PlateauSchedule higherIsBetter() {
        return new PlateauSchedule(first, factor, patience, lowest, true);
    }

    /** Takes note of a metric; NaN is never better. */
    public void observe(double metric) {
        if (isBetter(metric)) {
            best = metric;
            worse = 0;
        } else {
            worse++;
        }
        if (worse > patience) {
            rate = Math.max(rate * factor, lowest);
            worse = 0;
        }
    }

    private boolean isBetter(double metric) {
        if (Double.isInfinite(best)) {
            return !Double.isNaN(metric);
        }
        double needed = THRESHOLD * Math.abs(best);
        return higherIsBetter ? metric > best + needed : metric < best - needed;
    }

    @Override
    public List<PlateauSchedule> told() {
        return List.of(this);
    }

    /** What it was told so far, to the last bit, as {@link #restore} reads it. */
    public String state() {
        return Double.toHexString(rate) + " " + Double.toHexString(best) + " " + worse;
    }

    /**
     * Goes on from what another one was told.
     *
     * @throws DataException if that is no state
     */
    public void restore(String state) {
        String[] parts = state.split(" ");
        try {
            double restoredRate = Double.parseDouble(parts[0]);
            double restoredBest = Double.parseDouble(parts[1]);
            worse = Integer.parseInt(parts[2]);
            rate = restoredRate;
            best = restoredBest;
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new DataException("this is no state of a plateau schedule: '" + state + "'", e);
        }
    }

    /** The same for all steps until the next observation. */
    @Override
    public double rate(long step) {
        return rate;
    }
}
