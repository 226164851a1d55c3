package dev.baton.metrics;

import dev.baton.NDArray;
import dev.baton.ShapeException;

/** The meters of models whose answers are numbers, of the shape of their targets. */
final class RegressionMetrics {

    private RegressionMetrics() {}

    /** A meter of the differences between answers and targets. */
    private abstract static class Differences implements Metric.Meter {

        private final String name;
        private long count;

        Differences(String name) {
            this.name = name;
        }

        abstract void add(double answer, double target);

        final long count() {
            return count;
        }

        @Override
        public final void add(NDArray answers, NDArray targets) {
            if (!answers.shape().equals(targets.shape())) {
                throw new ShapeException(name + ": takes answers and targets of one shape, not " + answers.shape()
                        + " and " + targets.shape());
            }
            for (int i = 0; i < answers.size(); i++) {
                count++;
                add(answers.get(i), targets.get(i));
            }
        }
    }

    static final class MeanAbsoluteError extends Differences {

        private double sum;

        MeanAbsoluteError(String name) {
            super(name);
        }

        @Override
        void add(double answer, double target) {
            sum += Math.abs(answer - target);
        }

        @Override
        public double value() {
            return sum / count();
        }
    }

    static final class RootMeanSquaredError extends Differences {

        private double sum;

        RootMeanSquaredError(String name) {
            super(name);
        }

        @Override
        void add(double answer, double target) {
            sum += (answer - target) * (answer - target);
        }

        @Override
        public double value() {
            return Math.sqrt(sum / count());
        }
    }

    /** The share of the targets' variance that the answers explain. */
    static final class Determination extends Differences {

        private double residual;
        private double mean;
        private double variance;

        Determination(String name) {
            super(name);
        }

        @Override
        void add(double answer, double target) {
            residual += (answer - target) * (answer - target);
            // Welford's way: squares of large targets would cancel.
            double difference = target - mean;
            mean += difference / count();
            variance += difference * (target - mean);
        }

        @Override
        public double value() {
            return variance == 0 ? Double.NaN : 1 - residual / variance;
        }
    }
}
