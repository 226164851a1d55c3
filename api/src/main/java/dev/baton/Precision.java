package dev.baton;

import java.util.Locale;

/**
 * How matrix products and convolutions read their factors. Weights, activations, gradients, sums and everything else stay
 * {@code float32} either way, so that what is learnt does not have to be kept twice and no loss has to be scaled.
 */
public enum Precision {
    /** As they are. */
    FLOAT32,
    /**
     * Each element rounded to bfloat16: the exponent of float32 and 8 bits of its mantissa, the nearest number, of two the
     * even one; below float32's normal numbers 0. Where the processor multiplies such numbers faster, training is faster;
     * each product is off by up to 2^-8 of itself. A convolution of 3 x 3 taps that goes by Winograd's method, as
     * {@code explain()} says, rounds what that multiplies: pictures and weights after they were transformed. Its results
     * are off by 1.4 to 1.7 times as much. Attention and recurrences read float32 all the same.
     */
    BFLOAT16;

    /** The name as messages and options have it, for instance {@code bfloat16}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
