package dev.baton.train;

import dev.baton.BatonException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What one pass over the training data gave.
 *
 * @param epoch its number, from 1
 * @param epochs how many there are in the run
 * @param loss the mean loss of the training examples of this epoch, each before the update that it took part in
 * @param metrics by name, in the order in which the trainer was given them: of the validation examples afterwards
 * @param samplesPerSecond training examples a second in this epoch, validation left out
 * @param waited how long steps waited for their batches in this epoch: what more workers ({@link
 *     dev.baton.data.Batches#workers}) or faster data could save; at most that where a device computes by itself, which may have
 *     been done only shortly before the batch was there
 * @param warnings of what looked wrong in this epoch ({@link TrainingListener#warning}), with the step of each
 * @param left the time that the remaining epochs will take at the pace so far
 */
public record EpochResult(
        int epoch,
        int epochs,
        double loss,
        Map<String, Double> metrics,
        double samplesPerSecond,
        Duration waited,
        List<String> warnings,
        Duration left) {

    /** From here on it is worth a word. */
    private static final Duration LONG = Duration.ofSeconds(1);

    public EpochResult {
        warnings = List.copyOf(warnings);
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /**
     * One metric.
     *
     * @throws BatonException if the trainer was not given a metric of this name
     */
    public double metric(String name) {
        Double value = metrics.get(name);
        if (value == null) {
            throw new BatonException("there is no metric '" + name + "'; the trainer was given " + metrics.keySet());
        }
        return value;
    }

    /** For instance {@code epoch 3/20  loss 0.2741  accuracy 0.9312  48,210 samples/s  4 s left}, and a line for each warning. */
    @Override
    public String toString() {
        var text = new StringBuilder(String.format(Locale.ROOT, "epoch %d/%d  loss %.4f", epoch, epochs, loss));
        metrics.forEach((name, value) -> text.append(String.format(Locale.ROOT, "  %s %.4f", name, value)));
        text.append(String.format(Locale.ROOT, "  %,.0f samples/s", samplesPerSecond));
        if (waited.compareTo(LONG) >= 0) {
            text.append(String.format(Locale.ROOT, ", waited %.1f s for data", waited.toMillis() / 1e3));
        }
        text.append(String.format(Locale.ROOT, "  %d s left", left.toSeconds()));
        warnings.forEach(warning -> text.append("\n  warning: ").append(warning));
        return text.toString();
    }
}
