package dev.baton.data;

import dev.baton.DataException;
import dev.baton.Shape;
import java.util.Locale;

/** Rows of numbers in memory, checked: the inputs of examples. */
abstract class Rows implements ExampleSource {

    private final float[][] inputs;

    /**
     * @throws DataException naming the first example that cannot be used
     */
    Rows(float[][] inputs) {
        requireFinite(inputs, "value");
        this.inputs = inputs;
    }

    @Override
    public final int size() {
        return inputs.length;
    }

    @Override
    public final Shape shape() {
        return Shape.of(inputs[0].length);
    }

    @Override
    public final void read(int example, float[] values) {
        System.arraycopy(inputs[example], 0, values, 0, values.length);
    }

    /** That there is something else for each of them. */
    final void requireAsMany(int others, String what) {
        if (size() != others) {
            throw new DataException(size() + " examples have " + others + " " + what);
        }
    }

    /**
     * That there is at least one row, all of one length above 0, of finite numbers.
     *
     * @param what each number is, for instance {@code value}
     */
    static void requireFinite(float[][] rows, String what) {
        if (rows.length == 0) {
            throw new DataException("there are no examples");
        }
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] == null || rows[i].length == 0) {
                throw new DataException("example " + i + " has no " + what + "s");
            }
            if (rows[i].length != rows[0].length) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "example %d has %d %ss, example 0 has %d",
                        i,
                        rows[i].length,
                        what,
                        rows[0].length));
            }
            for (int j = 0; j < rows[i].length; j++) {
                if (!Float.isFinite(rows[i][j])) {
                    throw new DataException(String.format(
                            Locale.ROOT, "example %d, %s %d is %s, not a finite number", i, what, j, rows[i][j]));
                }
            }
        }
    }
}
