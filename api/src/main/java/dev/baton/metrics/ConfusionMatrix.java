package dev.baton.metrics;

import dev.baton.DataException;
import dev.baton.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How often each class got which answer. Counts answers [..., C] beside int32 labels [...]; of equal answers the first
 * class counts, and a record whose answers hold NaN got none.
 */
public final class ConfusionMatrix implements Metric.Meter {

    private final List<String> names;
    private long[][] counts = new long[0][0];
    private long[] unanswered = new long[0];

    /** For classes that are named by their numbers. */
    public ConfusionMatrix() {
        this(List.of());
    }

    /** For classes with names, in the order of their labels. */
    public ConfusionMatrix(List<String> names) {
        this.names = List.copyOf(names);
    }

    @Override
    public void add(NDArray answers, NDArray targets) {
        var records = new ClassAnswers("confusion matrix", answers, targets);
        int classes = records.classes();
        if (counts.length == 0) {
            if (!names.isEmpty() && names.size() != classes) {
                throw new DataException(
                        "confusion matrix: the answers are for " + classes + " classes, the names are " + names);
            }
            counts = new long[classes][classes];
            unanswered = new long[classes];
        } else if (counts.length != classes) {
            throw new DataException(
                    "confusion matrix: the answers are for " + classes + " classes, those before for " + counts.length);
        }
        for (int i = 0; i < records.count(); i++) {
            int answer = records.largest(i);
            if (answer < 0) {
                unanswered[records.label(i)]++;
            } else {
                counts[records.label(i)][answer]++;
            }
        }
    }

    /** The number of classes; 0 before anything was counted. */
    public int classes() {
        return counts.length;
    }

    /** How many records of a class got an answer. */
    public long count(int label, int answer) {
        return counts[label][answer];
    }

    /** How many records of a class there were. */
    public long records(int label) {
        return IntStream.range(0, classes()).mapToLong(c -> counts[label][c]).sum() + unanswered[label];
    }

    /** How often an answer was given. */
    public long answered(int answer) {
        return IntStream.range(0, classes()).mapToLong(c -> counts[c][answer]).sum();
    }

    /** The share of the answers for a class that were right; 0 where it was never the answer. */
    public double precision(int label) {
        return share(counts[label][label], answered(label));
    }

    /** The share of the records of a class that were answered rightly; 0 where there were none. */
    public double recall(int label) {
        return share(counts[label][label], records(label));
    }

    /** The harmonic mean of precision and recall of a class; 0 where both are. */
    public double f1(int label) {
        return share(2 * counts[label][label], answered(label) + records(label));
    }

    private static double share(long part, long all) {
        return all == 0 ? 0 : (double) part / all;
    }

    /** The accuracy: the share of all records that were answered rightly; NaN where there were none. */
    @Override
    public double value() {
        long right = IntStream.range(0, classes()).mapToLong(c -> counts[c][c]).sum();
        long all = IntStream.range(0, classes()).mapToLong(this::records).sum();
        return (double) right / all;
    }

    /** The classes that occurred, as a label or as an answer. */
    IntStream occurring() {
        return IntStream.range(0, classes()).filter(c -> records(c) + answered(c) > 0);
    }

    private String name(int label) {
        return names.isEmpty() ? Integer.toString(label) : names.get(label);
    }

    /** A line for each class, with the answers that its records got, and how well it is told from the others. */
    @Override
    public String toString() {
        var rows = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of("class"));
        IntStream.range(0, classes()).forEach(c -> head.add(name(c)));
        boolean anyUnanswered = IntStream.range(0, classes()).anyMatch(c -> unanswered[c] > 0);
        if (anyUnanswered) {
            head.add("none");
        }
        head.addAll(List.of("precision", "recall", "F1"));
        rows.add(head);
        for (int c = 0; c < classes(); c++) {
            var row = new ArrayList<>(List.of(name(c)));
            for (int answer = 0; answer < classes(); answer++) {
                row.add(Long.toString(counts[c][answer]));
            }
            if (anyUnanswered) {
                row.add(Long.toString(unanswered[c]));
            }
            for (double value : new double[] {precision(c), recall(c), f1(c)}) {
                row.add(String.format(Locale.ROOT, "%.4f", value));
            }
            rows.add(row);
        }
        var text = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                int at = column;
                int width = rows.stream()
                        .mapToInt(each -> each.get(at).length())
                        .max()
                        .orElseThrow();
                String cell = row.get(column);
                String spaces = " ".repeat(width - cell.length());
                text.append(column == 0 ? cell + spaces : "  " + spaces + cell);
            }
            text.append(System.lineSeparator());
        }
        return text.toString().stripTrailing();
    }
}
