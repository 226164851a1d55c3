package dev.baton.train;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the same start came to with different learning rates, from the lowest rate to the highest.
 *
 * @param steps how many each of them had
 * @param start the mean loss, with the weights of the start, of the batches of the last tenth of the steps
 * @param trials what the rates came to
 */
public record LearningRates(int steps, double start, List<Trial> trials) {

    /** What a rate turned out to be. */
    public enum Verdict {
        /** The loss fell by less than half of what it fell by with the best rate. */
        SLOW,
        /** The loss fell well. */
        RIGHT,
        /** The loss grew or leapt, was no longer finite, or updates gained next to nothing of what their slopes promised. */
        CHAOTIC
    }

    /**
     * One rate.
     *
     * @param rate the learning rate
     * @param loss the mean loss of the last tenth of the steps; NaN where a step was not finite
     * @param highest the highest loss of a step; infinite where one was not finite
     * @param gained the median, over the steps, of the share that an update gained on its own batch of what the slope
     *     promised: near 1 for small steps, about a half for the longest good ones
     */
    public record Trial(double rate, double loss, double highest, double gained, Verdict verdict) {}

    public LearningRates {
        trials = List.copyOf(trials);
    }

    /** The rate with the lowest loss in the end among those that are right; empty where none is. */
    public Optional<Double> recommended() {
        return trials.stream()
                .filter(trial -> trial.verdict() == Verdict.RIGHT)
                .min(Comparator.comparingDouble(Trial::loss))
                .map(Trial::rate);
    }

    /** The loss at the start, a line for each rate, and the one that is recommended. */
    @Override
    public String toString() {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "after %d steps, from a loss of %.4g%n%8s  %10s  %9s%n",
                steps,
                start,
                "rate",
                "loss",
                "gained"));
        for (Trial trial : trials) {
            text.append(String.format(
                    Locale.ROOT,
                    "%8.2g  %10.4g  %7.0f %%  %s%n",
                    trial.rate(),
                    trial.loss(),
                    100 * trial.gained(),
                    trial.verdict().name().toLowerCase(Locale.ROOT)));
        }
        return text.append(recommended()
                        .map(rate -> String.format(Locale.ROOT, "recommended: %.2g", rate))
                        .orElse("no rate is right: try others, or more steps"))
                .toString();
    }
}
