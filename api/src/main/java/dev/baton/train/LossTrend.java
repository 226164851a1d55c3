package dev.baton.train;

import java.util.Locale;

/**
 * Finds out that a loss grows instead of falling: its mean over the last steps is above that of the first ones by more
 * than its noise.
 */
final class LossTrend {

    private static final int FIRST = 10;
    private static final int WINDOW = 50;

    /** So many standard errors are no noise, and neither is so large a share of the first loss. */
    private static final double ERRORS = 5;

    private static final double SHARE = 0.1;

    private final Mean first = new Mean(FIRST);
    private Mean window = new Mean(WINDOW);
    private Mean lowest;
    private boolean isSaid;

    /** The mean of the losses of some steps. */
    private static final class Mean {

        private final int steps;
        private long last;
        private double sum;
        private double squares;
        private int count;

        Mean(int steps) {
            this.steps = steps;
        }

        void add(long step, double loss) {
            last = step;
            sum += loss;
            squares += loss * loss;
            count++;
        }

        boolean isComplete() {
            return count == steps;
        }

        double value() {
            return sum / count;
        }

        double variance() {
            return Math.max(0, squares / count - value() * value());
        }
    }

    /**
     * Takes note of the loss of the next step.
     *
     * @param learningRate of this step
     * @return what is to be said, once until the loss has fallen again; null mostly
     */
    String after(long step, double loss, double learningRate) {
        if (!first.isComplete()) {
            first.add(step, loss);
            return null;
        }
        window.add(step, loss);
        if (!window.isComplete()) {
            return null;
        }
        Mean now = window;
        window = new Mean(WINDOW);
        if (lowest == null || now.value() < lowest.value()) {
            lowest = now;
        }
        double risen = now.value() - first.value();
        if (risen <= 0) {
            isSaid = false;
        }
        // Of few losses the variance may come out too small: the larger one counts for both.
        double variance = Math.max(first.variance(), now.variance());
        double error = Math.sqrt(variance * (1.0 / FIRST + 1.0 / WINDOW));
        double noise = Math.max(ERRORS * error, SHARE * Math.abs(first.value()));
        if (isSaid || risen <= noise) {
            return null;
        }
        isSaid = true;
        String before = lowest == now
                ? ""
                : String.format(
                        Locale.ROOT,
                        "; at its lowest it was %.4g (steps %d to %d)",
                        lowest.value(),
                        lowest.last - WINDOW + 1,
                        lowest.last);
        return String.format(
                Locale.ROOT,
                "the loss has grown: %.4g in the mean of the last %d steps, after %.4g in the first %d%s. The learning "
                        + "rate is %.3g: try a smaller one, a warm-up (Schedule.warmUp), or clipping (Optimizer.clipNorm)",
                now.value(),
                WINDOW,
                first.value(),
                FIRST,
                before,
                learningRate);
    }
}
