package dev.baton.data;

import dev.baton.DataException;
import java.util.Arrays;

/**
 * Makes each value of a row 0 in the mean with a standard deviation of 1, as it was fitted to rows that a model learns from:
 * {@code (x - mean) / deviation}. It belongs to the model as its weights do: rows that it answers for need the same one.
 * Immutable.
 */
public final class Standardizer {

    private final float[] mean;
    private final float[] deviation;

    private Standardizer(float[] mean, float[] deviation) {
        this.mean = mean;
        this.deviation = deviation;
    }

    /**
     * The one whose mean and deviation these are.
     *
     * @param mean of each value, finite
     * @param deviation of each value, finite and above 0
     * @throws DataException if they are something else, or not of one length
     */
    public static Standardizer of(float[] mean, float[] deviation) {
        if (mean.length == 0 || mean.length != deviation.length) {
            throw new DataException(mean.length + " means and " + deviation.length + " standard deviations of a row");
        }
        for (int i = 0; i < mean.length; i++) {
            if (!Float.isFinite(mean[i]) || !(deviation[i] > 0) || deviation[i] == Float.POSITIVE_INFINITY) {
                throw new DataException("value " + i + " has the mean " + mean[i] + " and the standard deviation "
                        + deviation[i] + ": they are to be finite, and the second above 0");
            }
        }
        return new Standardizer(mean.clone(), deviation.clone());
    }

    /**
     * The one of these rows; a value that is the same in all of them becomes 0.
     *
     * @param rows at least one, all of one length
     * @throws DataException naming the first row that cannot be used
     */
    public static Standardizer fit(float[][] rows) {
        Rows.requireFinite(rows, "value");
        int length = rows[0].length;
        var mean = new float[length];
        var deviation = new float[length];
        for (int i = 0; i < length; i++) {
            double sum = 0;
            for (float[] row : rows) {
                sum += row[i];
            }
            double average = sum / rows.length;
            double squares = 0;
            for (float[] row : rows) {
                squares += (row[i] - average) * (row[i] - average);
            }
            mean[i] = (float) average;
            float root = (float) Math.sqrt(squares / rows.length);
            deviation[i] = root > 0 ? root : 1;
        }
        return of(mean, deviation);
    }

    /** The number of values of a row. */
    public int size() {
        return mean.length;
    }

    /** The mean of each value. */
    public float[] mean() {
        return mean.clone();
    }

    /** The standard deviation of each value. */
    public float[] deviation() {
        return deviation.clone();
    }

    /**
     * What a model is shown for a row, in a new array.
     *
     * @throws DataException if the row has another length, or holds something that is not finite
     */
    public float[] apply(float[] row) {
        if (row.length != mean.length) {
            throw new DataException("a row has " + mean.length + " values, not " + row.length);
        }
        var values = new float[row.length];
        for (int i = 0; i < row.length; i++) {
            if (!Float.isFinite(row[i])) {
                throw new DataException("value " + i + " of the row is " + row[i] + ", not a finite number");
            }
            values[i] = (row[i] - mean[i]) / deviation[i];
        }
        return values;
    }

    /** The same for many rows. */
    public float[][] apply(float[][] rows) {
        return Arrays.stream(rows).map(this::apply).toArray(float[][]::new);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Standardizer that
                && Arrays.equals(mean, that.mean)
                && Arrays.equals(deviation, that.deviation);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(deviation);
    }

    /** For instance {@code mean [1.5, 0.0], standard deviation [0.5, 1.0]}. */
    @Override
    public String toString() {
        return "mean " + Arrays.toString(mean) + ", standard deviation " + Arrays.toString(deviation);
    }
}
