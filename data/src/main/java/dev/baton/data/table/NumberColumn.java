package dev.baton.data.table;

import dev.baton.DataException;
import java.util.List;
import java.util.function.Supplier;

/**
 * A column of numbers, which become 0 in the mean with a standard deviation of 1. Where values were missing in the
 * training part, a second number says so, 1 for a missing one, which itself counts as the mean.
 */
final class NumberColumn extends Column {

    static final String KIND = "numbers";

    private final double mean;
    private final double deviation;
    private final boolean hasMissing;

    private NumberColumn(String name, double mean, double deviation, boolean hasMissing) {
        super(name);
        this.mean = mean;
        this.deviation = deviation;
        this.hasMissing = hasMissing;
    }

    static boolean isNumber(String text) {
        return Double.isFinite(parse(text));
    }

    /** NaN where a text is no number; a letter behind one, which Java takes for its type, makes it none. */
    private static double parse(String text) {
        try {
            double number = Double.parseDouble(text);
            return Character.isDigit(text.charAt(text.length() - 1)) ? number : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    static NumberColumn fit(Table table, String name) {
        int column = table.index(name);
        double[] values = new double[table.size()];
        int count = 0;
        for (Table.Row row : table.rows()) {
            String text = Table.text(row, column);
            if (text != null) {
                values[count++] = number(text, () -> table.where(row, name));
            }
        }
        double mean = 0;
        for (int i = 0; i < count; i++) {
            mean += values[i] / count;
        }
        double variance = 0;
        for (int i = 0; i < count; i++) {
            variance += (values[i] - mean) * (values[i] - mean) / count;
        }
        // One value everywhere says nothing: it becomes 0.
        return new NumberColumn(name, mean, variance > 0 ? Math.sqrt(variance) : 1, count < table.size());
    }

    private static double number(String text, Supplier<String> where) {
        double number = parse(text);
        if (!Double.isFinite(number)) {
            throw new DataException(where.get() + ": '" + text + "' is no number");
        }
        return number;
    }

    @Override
    List<String> inputs() {
        return hasMissing ? List.of(name(), name() + " is missing") : List.of(name());
    }

    @Override
    void encode(String text, Supplier<String> where, float[] into, int from) {
        if (text != null) {
            into[from] = (float) ((number(text, where) - mean) / deviation);
        } else if (hasMissing) {
            into[from + 1] = 1;
        } else {
            throw new DataException(where.get() + " has no value, and none was missing in the training part");
        }
    }

    /** What a model says of a number, in the column's own unit. */
    double decode(float answer) {
        return answer * deviation + mean;
    }

    @Override
    List<String> toFields() {
        return List.of(KIND, name(), Double.toString(mean), Double.toString(deviation), Boolean.toString(hasMissing));
    }

    static NumberColumn ofFields(List<String> fields) {
        if (fields.size() != 5) {
            throw new IllegalArgumentException("a column of numbers has five fields, not " + fields);
        }
        double mean = Double.parseDouble(fields.get(2));
        double deviation = Double.parseDouble(fields.get(3));
        if (!Double.isFinite(mean) || !(deviation > 0) || Double.isInfinite(deviation)) {
            throw new IllegalArgumentException("not a mean and a standard deviation: " + fields);
        }
        return new NumberColumn(fields.get(1), mean, deviation, Boolean.parseBoolean(fields.get(4)));
    }
}
