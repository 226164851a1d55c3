package dev.baton.data;

import dev.baton.DataException;
import java.util.Locale;

/** Checks of rows of numbers that somebody hands over. */
final class FiniteRows {

    private FiniteRows() {}

    /**
     * At least one, of one length above 0, and finite.
     *
     * @param what each number is, for instance {@code value}
     * @throws DataException naming the first example for which it is not so
     */
    static void require(float[][] rows, String what) {
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

    static void requireAsMany(float[][] inputs, int others, String what) {
        if (inputs.length != others) {
            throw new DataException(inputs.length + " examples have " + others + " " + what);
        }
    }
}
