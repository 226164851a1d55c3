package dev.baton.conformance;

import dev.baton.DType;

/**
 * How far a result may lie from the reference, which is computed in double from the same arguments. The parts add up. Of
 * {@code float32} and {@code float64} only: other types are always compared exactly. Where the reference is NaN the
 * result has to be, where it is infinite the result has to be the same infinity.
 *
 * @param ulps units in the last place of the reference, which is 0.5 for a result that is rounded once
 * @param terms of a sum: the error bound of adding up so many rounded products in any order, which is relative to the
 *     sum of their absolute values; see {@link #roundings}
 * @param ofLargest relative to the largest finite element of the output, for chains in which terms may cancel
 * @param floor an absolute error; all that is allowed of whole numbers
 * @param sign whether a zero has to have the sign of the reference's
 * @param analysed whether the bound is found for every element of the very graph instead, by a running error analysis
 */
public record Tolerance(double ulps, long terms, double ofLargest, double floor, boolean sign, boolean analysed) {

    /** The very value; a zero of either sign. */
    public static final Tolerance EXACT = new Tolerance(0, 0, 0, 0, false, false);

    /** The very value, zeros with their sign. */
    public static final Tolerance SAME_BITS = new Tolerance(0, 0, 0, 0, true, false);

    /** What a running error analysis of the very graph allows: for graphs of any operations, where chains are long. */
    public static final Tolerance ANALYSED = new Tolerance(0, 0, 0, 0, false, true);

    /** Rounded once, as IEEE 754 lays down for the basic operations, also below the normal range. */
    public static final Tolerance ROUNDED = ulps(0.5);

    /** So many units in the last place. */
    public static Tolerance ulps(double ulps) {
        return new Tolerance(ulps, 0, 0, 0, false, false);
    }

    /** Of functions such as exp: so many units in the last place; below the normal range a 0 will do. */
    public static Tolerance function(double ulps) {
        return ulps(ulps).orAbsolute(Float.MIN_NORMAL);
    }

    /** Of a sum of so many terms. */
    public static Tolerance sum(long terms) {
        return new Tolerance(0, terms, 0, 0, false, false);
    }

    /** Relative to the largest finite element of the output. */
    public static Tolerance ofLargest(double share) {
        return new Tolerance(0, 0, share, 0, false, false);
    }

    /** This, and an error relative to the largest finite element of the output. */
    public Tolerance orOfLargest(double share) {
        return new Tolerance(ulps, terms, share, floor, sign, analysed);
    }

    /** This, and an absolute error. */
    public Tolerance orAbsolute(double error) {
        return new Tolerance(ulps, terms, ofLargest, error, sign, analysed);
    }

    /**
     * How many roundings a sum of so many terms may be off by: each term goes through one at most for every other term,
     * and one in its product. They are as often up as down, so that a long sum stays within a multiple of the square
     * root (Higham and Mary, A New Approach to Probabilistic Rounding Error Analysis, 2019); with 6 it fails for one
     * sum in 10^7.
     */
    static double roundings(long terms) {
        return Math.min(terms, 6 * Math.sqrt(terms)) + 1;
    }

    /** Whether the sum of absolute values has to be known. */
    boolean isSum() {
        return terms > 0;
    }

    /**
     * How far a result may lie from the reference.
     *
     * @param largest the largest finite element of the output
     * @param absolute the same result computed from the absolute values of all arguments
     */
    double allowed(double reference, DType dtype, double largest, double absolute) {
        if (!dtype.isFloating()) {
            return floor;
        }
        boolean single = dtype == DType.FLOAT32;
        double ulp = single ? Math.ulp((float) reference) : Math.ulp(reference);
        double half = single ? 0x1p-24 : 0x1p-53;
        // A hair more than the half: the reference is itself rounded, to double. One rounding is always allowed.
        double rounding = (isSum() || ofLargest > 0 || ulps > 0 ? Math.max(ulps, 0.5) : 0) * ulp * (1 + 1e-6);
        double adding = isSum() ? roundings(terms) * half * absolute : 0;
        return rounding + adding + ofLargest * largest + floor;
    }

    /**
     * Whether a result will do.
     *
     * @param allowed how far it may lie from the reference
     */
    boolean accepts(double result, double reference, DType dtype, double allowed) {
        double expected = dtype == DType.FLOAT32 ? (float) reference : reference;
        if (Double.isNaN(expected)) {
            return Double.isNaN(result);
        }
        if (expected == result) {
            return !sign || expected != 0 || 1 / expected == 1 / result;
        }
        if (Double.isInfinite(expected)) {
            return false;
        }
        return Math.abs(result - reference) <= allowed;
    }
}
