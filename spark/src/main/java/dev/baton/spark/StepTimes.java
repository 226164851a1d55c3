package dev.baton.spark;

import java.util.Locale;

/**
 * Where the time of a run's steps went. What is not computing is communication: weights on their way to the workers, Spark's
 * planning, contributions on their way back and added up.
 *
 * @param steps of the trainer: gradients of one joint batch, rounds, or what workers learnt together
 * @param seconds of all of them together
 * @param computing seconds of the slowest partition of each, all of them together
 */
public record StepTimes(long steps, double seconds, double computing) {

    static final StepTimes NONE = new StepTimes(0, 0, 0);

    StepTimes plus(long nanoseconds, long slowest) {
        return new StepTimes(steps + 1, seconds + nanoseconds / 1e9, computing + slowest / 1e9);
    }

    /** Those of the steps since an earlier moment. */
    public StepTimes since(StepTimes earlier) {
        return new StepTimes(steps - earlier.steps, seconds - earlier.seconds, computing - earlier.computing);
    }

    /** Seconds of communication for each step; 0 before the first. */
    public double communicationPerStep() {
        return steps == 0 ? 0 : (seconds - computing) / steps;
    }

    /** Seconds of computing for each step, which in rounds is a whole round; 0 before the first. */
    public double computingPerStep() {
        return steps == 0 ? 0 : computing / steps;
    }

    /** The share of the time that was communication, from 0 to 1. */
    public double communicationShare() {
        return steps == 0 ? 0 : (seconds - computing) / seconds;
    }

    /** For instance {@code 50 steps, each 12.0 ms of computing and 31.5 ms of communication (72 %)}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d steps, each %.1f ms of computing and %.1f ms of communication (%.0f %%)",
                steps,
                computingPerStep() * 1e3,
                communicationPerStep() * 1e3,
                communicationShare() * 100);
    }
}
