package dev.baton.check;

import java.util.Arrays;
import java.util.Locale;

/**
 * Compares how a network learns on two backends: {@code CurveComparison EXPECTED BACKEND TASK STEPS}. The second backend
 * trains twice, the second time on one thread where it has threads, and must come to the same bits. The status is 1 where
 * it does not, or where the losses lie outside of the tolerance.
 *
 * <p>Two backends add up in different orders. A step multiplies what that changes, until the two are as far apart as two
 * seeds: the first steps must agree closely, later ones in the mean over many.
 */
final class CurveComparison {

    /** In so many first steps each loss agrees up to {@link #FIRST_TOLERANCE} of itself. */
    private static final int FIRST_STEPS = 10;

    private static final double FIRST_TOLERANCE = 1e-3;

    /** Of a longer run, the mean over each of so many parts agrees up to the tolerance of the task. */
    private static final int PARTS = 5;

    private final double tolerance;
    private final Curve expected;
    private final Curve got;

    private CurveComparison(double tolerance, Curve expected, Curve got) {
        this.tolerance = tolerance;
        this.expected = expected;
        this.got = got;
    }

    public static void main(String[] arguments) {
        Task task = Task.valueOf(arguments[2].toUpperCase(Locale.ROOT));
        int steps = Integer.parseInt(arguments[3]);
        Curve expected = Curve.of(arguments[0], task, steps);
        Curve got = Curve.of(arguments[1], task, steps);
        System.setProperty("baton.threads", "1");
        Curve again = Curve.of(arguments[1], task, steps);

        var comparison = new CurveComparison(task.tolerance(), expected, got);
        comparison.printLosses(arguments[0], arguments[1]);
        boolean isSame = got.weights().equals(again.weights()) && Arrays.equals(got.losses(), again.losses());
        System.out.println(comparison.inWords() + (isSame ? "; the same bits twice" : "; OTHER BITS THE SECOND TIME"));
        System.exit(isSame && comparison.agrees() ? 0 : 1);
    }

    private void printLosses(String first, String second) {
        System.out.println(expected.device());
        System.out.println(got.device());
        System.out.printf(Locale.ROOT, "%6s %14s %14s %12s%n", "step", first, second, "difference");
        for (int i = 0; i < expected.losses().length; i++) {
            System.out.printf(
                    Locale.ROOT,
                    "%6d %14.7f %14.7f %12.1e%n",
                    i + 1,
                    expected.losses()[i],
                    got.losses()[i],
                    difference(expected.losses()[i], got.losses()[i]));
        }
    }

    /** The largest difference of a loss in the first steps. */
    private double first() {
        double largest = 0;
        for (int i = 0; i < Math.min(FIRST_STEPS, expected.losses().length); i++) {
            largest = Math.max(largest, difference(expected.losses()[i], got.losses()[i]));
        }
        return largest;
    }

    /** Whether there are enough steps for means. */
    private boolean isLong() {
        return expected.losses().length >= PARTS * FIRST_STEPS;
    }

    /** The largest difference of the mean over a part. */
    private double ofMeans() {
        int steps = expected.losses().length;
        double largest = 0;
        for (int part = 0; part < PARTS && isLong(); part++) {
            int from = part * steps / PARTS;
            int to = (part + 1) * steps / PARTS;
            largest = Math.max(largest, difference(expected.mean(from, to), got.mean(from, to)));
        }
        return largest;
    }

    private boolean agrees() {
        return first() <= FIRST_TOLERANCE && ofMeans() <= tolerance;
    }

    private String inWords() {
        int steps = expected.losses().length;
        String later =
                isLong() ? String.format(Locale.ROOT, ", %.0e of means (at most %.0e)", ofMeans(), tolerance) : "";
        return String.format(
                Locale.ROOT,
                "loss %.3f to %.3f in %d steps; differences: %.0e in the first %d (at most %.0e)%s",
                got.losses()[0],
                got.losses()[steps - 1],
                steps,
                first(),
                Math.min(FIRST_STEPS, steps),
                FIRST_TOLERANCE,
                later);
    }

    /** Relative; NaN, which no tolerance allows, becomes infinite. */
    private static double difference(double expected, double got) {
        double difference = Math.abs(got - expected) / Math.abs(expected);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }
}
