package dev.baton.infer;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What quantising a model has changed. Prints as a table.
 *
 * @param file the quantised model
 * @param bytes of the model file, without and with quantisation
 * @param numbers the loss and the metrics by name
 * @param oneExample seconds for one example alone: the median of many answers
 * @param oneToken seconds for one more token of one text, likewise; empty where the model writes no text
 * @param batch seconds for a batch of the test data, likewise
 * @param batchSize examples in that batch
 * @param errors of the results of each product of bytes in the quantised model, as a share of their size, by the layer's path;
 *     none where weights alone were rounded
 */
public record QuantizationReport(
        Path file,
        Change bytes,
        Map<String, Change> numbers,
        Change oneExample,
        Optional<Change> oneToken,
        Change batch,
        long batchSize,
        Map<String, Double> errors) {

    private static final int LAYERS_SHOWN = 5;

    /** How many products multiply bytes. */
    public int products() {
        return errors.size();
    }

    /** A number of the model as it was and of the quantised one. */
    public record Change(double before, double after) {

        /** After, as a share of before. */
        public double ratio() {
            return after / before;
        }
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s: %d products of int8%n%-22s%14s%14s%n",
                file.getFileName(),
                errors.size(),
                "",
                "before",
                "after"));
        line(text, "size", bytes, 1e-6, "MB", "%.0f %% of the size", 100 * bytes.ratio());
        numbers.forEach((name, change) -> line(text, name, change, 1, "", "%+.4f", change.after() - change.before()));
        time(text, "one example", oneExample);
        oneToken.ifPresent(change -> time(text, "one token written", change));
        time(text, "a batch of " + batchSize, batch);
        List<Map.Entry<String, Double>> worst = errors.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(LAYERS_SHOWN)
                .toList();
        if (!worst.isEmpty()) {
            text.append("layers that are furthest off:");
        }
        worst.forEach(layer ->
                text.append(String.format(Locale.ROOT, "%n  %-40s%6.2f %%", layer.getKey(), 100 * layer.getValue())));
        return text.toString();
    }

    private static void time(StringBuilder text, String name, Change change) {
        line(text, name, change, 1e6, "us", "%.2f times as fast", 1 / change.ratio());
    }

    private static void line(
            StringBuilder text, String name, Change change, double factor, String unit, String remark, double number) {
        text.append(String.format(
                Locale.ROOT,
                "%-22s%14.4f%14.4f %-3s %s%n",
                name,
                factor * change.before(),
                factor * change.after(),
                unit,
                String.format(Locale.ROOT, remark, number)));
    }
}
