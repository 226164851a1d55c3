package dev.baton.metrics;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.ShapeException;

/** The metrics that come with the library. */
public final class Metrics {

    private Metrics() {}

    /**
     * The share of examples whose right class has the highest answer: answers [N, C], int32 labels [N]. Of equal
     * answers the first class counts; an example whose answers hold NaN is wrong. A label that is no class is a
     * {@link DataException}.
     */
    public static Metric accuracy() {
        return new Metric() {
            @Override
            public String name() {
                return "accuracy";
            }

            @Override
            public Meter meter() {
                return new AccuracyMeter();
            }
        };
    }

    private static final class AccuracyMeter implements Metric.Meter {

        private long right;
        private long all;

        @Override
        public void add(NDArray answers, NDArray targets) {
            boolean fits = answers.shape().rank() == 2
                    && targets.shape().rank() == 1
                    && targets.dtype() == DType.INT32
                    && answers.shape().size(0) == targets.shape().size(0);
            if (!fits) {
                throw new ShapeException("accuracy: takes answers [N, C] and int32 labels [N], not " + answers.dtype()
                        + answers.shape() + " and " + targets.dtype() + targets.shape());
            }
            int classes = (int) answers.shape().size(1);
            for (int i = 0; i < targets.size(); i++) {
                double label = targets.get(i);
                if (label < 0 || label >= classes) {
                    throw new DataException("accuracy: record " + i + " of the batch has label " + (long) label
                            + "; the answers are for " + classes + " classes, labels are 0 to " + (classes - 1));
                }
                right += largest(answers, i * classes, classes) == label ? 1 : 0;
            }
            all += targets.size();
        }

        /** The position of the largest of some numbers; -1 where one is NaN. */
        private static int largest(NDArray answers, int from, int count) {
            int largest = 0;
            for (int i = 0; i < count; i++) {
                if (Double.isNaN(answers.get(from + i))) {
                    return -1;
                }
                if (answers.get(from + i) > answers.get(from + largest)) {
                    largest = i;
                }
            }
            return largest;
        }

        @Override
        public double value() {
            return (double) right / all;
        }
    }
}
