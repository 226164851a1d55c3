package dev.baton.conformance;

import dev.baton.NDArray;
import dev.baton.graph.TensorType;
import java.util.SplittableRandom;

/**
 * What an argument of a case is filled with: the same values at every run.
 *
 * @param name as it stands in the name of a case; empty for the usual one
 */
public record Fill(String name, Element element) {

    /** One element of an argument. */
    @FunctionalInterface
    public interface Element {

        /**
         * The value.
         *
         * @param index row-major, from 0
         * @param step the number of the run, from 1
         * @param random of this argument and step
         */
        double at(int index, int step, SplittableRandom random);
    }

    /** Normally distributed: the usual one. */
    public static final Fill NORMAL = new Fill("", (i, step, random) -> random.nextGaussian());

    /** Positive, from 0.01 to 100. */
    public static final Fill POSITIVE =
            new Fill("positive", (i, step, random) -> Math.exp(random.nextDouble(Math.log(0.01), Math.log(100))));

    /** Whole numbers from -1000 to 1000. */
    public static final Fill WHOLE = new Fill("whole", (i, step, random) -> random.nextInt(-1000, 1001));

    /** Whole numbers of up to 50 bits, so that two of them can be added and every one is exact as a double. */
    public static final Fill LONG = new Fill("long", (i, step, random) -> random.nextLong(-(1L << 50), 1L << 50));

    /** A few different whole numbers, so that equal ones meet. */
    public static final Fill TIES = new Fill("ties", (i, step, random) -> random.nextInt(-1, 2));

    /** Whole numbers from -128 to 127. */
    public static final Fill BYTES = new Fill("", (i, step, random) -> random.nextInt(-128, 128));

    /** Truth values. */
    public static final Fill TRUTH = new Fill("", (i, step, random) -> random.nextInt(2));

    private static final double[] SPECIAL = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        0.0,
        -0.0,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        3 * Float.MIN_VALUE,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        1,
        -1,
        0.5,
        -2.5,
        1e-20,
        1e20
    };

    /** How many special values there are: a square of this side holds every pair of them. */
    public static final int SPECIALS = SPECIAL.length;

    /** NaN, infinities, zeros of both signs, numbers below the normal range, the largest: over and over. */
    public static final Fill SPECIAL_COLUMNS = new Fill("special", (i, step, random) -> SPECIAL[i % SPECIALS]);

    /** The same, each one {@link #SPECIALS} times. */
    public static final Fill SPECIAL_ROWS = new Fill("special", (i, step, random) -> SPECIAL[i / SPECIALS % SPECIALS]);

    /** Evenly distributed. */
    public static Fill between(double low, double high) {
        return new Fill(low + " to " + high, (i, step, random) -> random.nextDouble(low, high));
    }

    /** Classes from 0. */
    public static Fill labels(int classes) {
        return new Fill("", (i, step, random) -> random.nextInt(classes));
    }

    /** The same everywhere. */
    public static Fill number(double number) {
        return new Fill(Double.toString(number), (i, step, random) -> number);
    }

    /** The number of the run. */
    public static Fill step() {
        return new Fill("", (i, step, random) -> step);
    }

    /** These values, over and over. */
    public static Fill values(String name, double... values) {
        return new Fill(name, (i, step, random) -> values[i % values.length]);
    }

    /** An array of this fill; the same for the same type, step and salt. */
    NDArray array(TensorType type, int step, long salt) {
        var random = new SplittableRandom(31 * step + salt);
        NDArray array = NDArray.zeros(type.dtype(), type.shape());
        for (int i = 0; i < array.size(); i++) {
            array.set(i, element.at(i, step, random));
        }
        return array;
    }
}
