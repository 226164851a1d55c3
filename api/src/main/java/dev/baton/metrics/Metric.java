package dev.baton.metrics;

import dev.baton.NDArray;

/** A number that says how good a model's answers are; computed on the host from answers and targets. */
public interface Metric {

    /** What lines and files call it, such as {@code accuracy}. */
    String name();

    /** A new count, for one pass over some data. */
    Meter meter();

    /** Counts one pass over some data, batch after batch. */
    interface Meter {

        /**
         * Counts a batch.
         *
         * @param answers what the model gives, [N, ...]
         * @param targets what would have been right, [N, ...]
         */
        void add(NDArray answers, NDArray targets);

        /** The metric over everything counted so far; NaN where there is nothing. */
        double value();
    }
}
