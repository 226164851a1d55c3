package dev.baton.metrics;

import dev.baton.BatonException;
import dev.baton.NDArray;
import java.util.function.IntToDoubleFunction;

/** The meters of models that choose among classes. */
final class ClassMetrics {

    private ClassMetrics() {}

    /** The share of records whose right class is among so many with the largest answers. */
    static final class TopK implements Metric.Meter {

        private final String name;
        private final int k;
        private long right;
        private long all;

        TopK(String name, int k) {
            this.name = name;
            this.k = k;
        }

        @Override
        public void add(NDArray answers, NDArray targets) {
            var records = new ClassAnswers(name, answers, targets);
            for (int i = 0; i < records.count(); i++) {
                right += records.before(i) < k ? 1 : 0;
            }
            all += records.count();
        }

        @Override
        public double value() {
            return (double) right / all;
        }
    }

    /** The mean of a number of each class over those that occurred. */
    static final class OverClasses implements Metric.Meter {

        /** A number of one class. */
        @FunctionalInterface
        interface OfClass {
            IntToDoubleFunction in(ConfusionMatrix matrix);
        }

        private final ConfusionMatrix matrix = new ConfusionMatrix();
        private final OfClass number;

        OverClasses(OfClass number) {
            this.number = number;
        }

        @Override
        public void add(NDArray answers, NDArray targets) {
            matrix.add(answers, targets);
        }

        @Override
        public double value() {
            return matrix.occurring().mapToDouble(number.in(matrix)).average().orElse(Double.NaN);
        }
    }

    /** The exponential of the mean cross-entropy. */
    static final class Perplexity implements Metric.Meter {

        private double sum;
        private long all;

        @Override
        public void add(NDArray answers, NDArray targets) {
            var records = new ClassAnswers("perplexity", answers, targets);
            for (int i = 0; i < records.count(); i++) {
                sum -= records.logProbability(i, records.label(i));
            }
            all += records.count();
        }

        @Override
        public double value() {
            return StrictMath.exp(sum / all);
        }
    }

    /** How far the confidence of answers is from the share of them that is right, in bins of equal width. */
    static final class Calibration implements Metric.Meter {

        private final double[] confidence;
        private final long[] right;
        private final long[] count;

        Calibration(int bins) {
            if (bins < 1) {
                throw new BatonException("calibration is measured in at least one bin, not in " + bins);
            }
            confidence = new double[bins];
            right = new long[bins];
            count = new long[bins];
        }

        @Override
        public void add(NDArray answers, NDArray targets) {
            var records = new ClassAnswers("calibration error", answers, targets);
            for (int i = 0; i < records.count(); i++) {
                int answer = records.largest(i);
                // Without an answer there is no confidence: wrong, and sure of nothing.
                double sure = answer < 0 ? 0 : StrictMath.exp(records.logProbability(i, answer));
                int bin = (int) Math.min(sure * count.length, count.length - 1);
                confidence[bin] += sure;
                right[bin] += answer == records.label(i) ? 1 : 0;
                count[bin]++;
            }
        }

        @Override
        public double value() {
            double error = 0;
            long all = 0;
            for (int bin = 0; bin < count.length; bin++) {
                error += Math.abs(confidence[bin] - right[bin]);
                all += count[bin];
            }
            return error / all;
        }
    }
}
