package dev.baton.metrics;

import java.util.List;
import java.util.Optional;

/**
 * The answers of a model to examples that it did not learn from, marked after an epoch as an exam is.
 *
 * @param epoch its number, from 1
 * @param examples how many there were
 * @param worst the answers with the largest losses, the worst first
 * @param improved those that became less wrong since the epoch before, the most improved first
 * @param watched those to the examples that were asked for, in the order of the examples
 * @param losses of all examples, as a histogram
 * @param confusion how often each class got which answer; empty where answers are not one class
 */
public record MarkedPaper(
        int epoch,
        int examples,
        List<MarkedAnswer> worst,
        List<MarkedAnswer> improved,
        List<MarkedAnswer> watched,
        Histogram losses,
        Optional<ConfusionMatrix> confusion) {

    public MarkedPaper {
        worst = List.copyOf(worst);
        improved = List.copyOf(improved);
        watched = List.copyOf(watched);
    }
}
