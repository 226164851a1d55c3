package dev.baton.metrics;

import dev.baton.BatonException;
import java.util.function.Supplier;

/**
 * The metrics that come with the library. Those of classes take answers [..., C] and int32 labels [...], those of
 * numbers answers and targets of one shape. A label that is no class is a {@link dev.baton.DataException}.
 */
public final class Metrics {

    private static final int CALIBRATION_BINS = 15;

    private Metrics() {}

    private record Named(String name, Supplier<Metric.Meter> meters) implements Metric {

        @Override
        public Meter meter() {
            return meters.get();
        }
    }

    /**
     * The share of records whose right class has the highest answer. Of equal answers the first class counts; a record
     * whose answers hold NaN is wrong.
     */
    public static Metric accuracy() {
        return new Named("accuracy", () -> new ClassMetrics.TopK("accuracy", 1));
    }

    /** The share of records whose right class is among the {@code k} with the highest answers, as {@link #accuracy}. */
    public static Metric topK(int k) {
        if (k < 1) {
            throw new BatonException("the right answer is looked for among at least one, not among " + k);
        }
        String name = "top-" + k;
        return new Named(name, () -> new ClassMetrics.TopK(name, k));
    }

    /** {@linkplain ConfusionMatrix#precision Precision}, the mean over the classes that occur. */
    public static Metric precision() {
        return new Named("precision", () -> new ClassMetrics.OverClasses(matrix -> matrix::precision));
    }

    /** {@linkplain ConfusionMatrix#recall Recall}, the mean over the classes that occur. */
    public static Metric recall() {
        return new Named("recall", () -> new ClassMetrics.OverClasses(matrix -> matrix::recall));
    }

    /** {@linkplain ConfusionMatrix#f1 F1}, the mean over the classes that occur. */
    public static Metric f1() {
        return new Named("F1", () -> new ClassMetrics.OverClasses(matrix -> matrix::f1));
    }

    /** The exponential of the mean cross-entropy of logits: among how many classes a model is undecided. */
    public static Metric perplexity() {
        return new Named("perplexity", ClassMetrics.Perplexity::new);
    }

    /**
     * The expected calibration error (Guo et al. 2017, "On Calibration of Modern Neural Networks") of logits, in 15 bins
     * of equal width: how far the confidence in the answers is from the share of them that is right.
     */
    public static Metric calibrationError() {
        return new Named("calibration error", () -> new ClassMetrics.Calibration(CALIBRATION_BINS));
    }

    /**
     * The area under the curve of true against false positives, for two classes: scores [N] or [N, 1] with targets 0 or
     * 1, or answers [N, 2] with int32 labels [N]. NaN where a score is NaN, or one class does not occur. Keeps all
     * scores of a pass in memory.
     */
    public static Metric areaUnderCurve() {
        return new Named("AUC", AreaUnderCurve::new);
    }

    /** The mean distance of answers from targets. */
    public static Metric meanAbsoluteError() {
        return new Named("MAE", () -> new RegressionMetrics.MeanAbsoluteError("MAE"));
    }

    /** The root of the mean squared distance of answers from targets. */
    public static Metric rootMeanSquaredError() {
        return new Named("RMSE", () -> new RegressionMetrics.RootMeanSquaredError("RMSE"));
    }

    /** The share of the targets' variance that the answers explain (R2); NaN where all targets are equal. */
    public static Metric determination() {
        return new Named("R2", () -> new RegressionMetrics.Determination("R2"));
    }
}
