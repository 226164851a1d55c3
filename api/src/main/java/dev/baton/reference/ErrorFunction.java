package dev.baton.reference;

/** The error function in double, to about 1e-15: a Maclaurin series near 0, a continued fraction beyond. */
final class ErrorFunction {

    private static final double SERIES_LIMIT = 2.5;
    private static final int FRACTION_TERMS = 80;

    private ErrorFunction() {}

    static double erf(double x) {
        double size = Math.abs(x);
        if (Double.isNaN(x)) {
            return x;
        }
        return Math.copySign(size < SERIES_LIMIT ? series(size) : 1 - complement(size), x);
    }

    /** 2/sqrt(pi) exp(-x^2) times the sum of 2^n x^(2n+1) / (1*3*...*(2n+1)): all terms positive, nothing cancels. */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-17; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * StrictMath.exp(-x * x) * sum;
    }

    /** erfc(x) = exp(-x^2)/sqrt(pi) / (x + 1/2/(x + 1/(x + 3/2/(x + ...)))), evaluated from the far end. */
    private static double complement(double x) {
        if (x > 27) {
            return 0;
        }
        double fraction = x;
        for (int k = FRACTION_TERMS; k >= 1; k--) {
            fraction = x + 0.5 * k / fraction;
        }
        return StrictMath.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
    }
}
