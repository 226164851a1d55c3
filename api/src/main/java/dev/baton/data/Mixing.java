package dev.baton.data;

import dev.baton.DataException;
import dev.baton.Seeds;
import java.util.SplittableRandom;

/**
 * Draws with which other example each one is mixed in an epoch, and in what shares (mixup, Zhang et al. 2018).
 *
 * @param alpha of the distribution Beta(alpha, alpha) of the shares
 */
record Mixing(double alpha, long seed) {

    /** Tells these draws from how examples are changed, which may have the same seed. */
    private static final long PARTNERS = 1;

    Mixing {
        if (!(alpha > 0 && alpha <= 1)) {
            throw new DataException(
                    "shares of mixed examples are drawn from Beta(alpha, alpha) with an alpha above 0 and "
                            + "up to 1, not " + alpha);
        }
    }

    /**
     * What an example is mixed with.
     *
     * @param share of the example itself
     */
    record Partner(int example, float share) {

        /** The share of the first, and the rest of the second. */
        float[] mix(float[] first, float[] second) {
            var mixed = new float[first.length];
            for (int i = 0; i < mixed.length; i++) {
                mixed[i] = share * first[i] + (1 - share) * second[i];
            }
            return mixed;
        }
    }

    /** The same for the same seed, epoch and example. */
    Partner partner(int epoch, int example, int examples) {
        var random = Seeds.random(seed, PARTNERS, epoch, example);
        return new Partner(random.nextInt(examples), (float) share(random));
    }

    /** Johnk's way from two uniform numbers to Beta, in logarithms: a small alpha makes both powers 0. */
    private double share(SplittableRandom random) {
        while (true) {
            double x = StrictMath.log(1 - random.nextDouble()) / alpha;
            double y = StrictMath.log(1 - random.nextDouble()) / alpha;
            double larger = Math.max(x, y);
            double sum = larger + StrictMath.log(StrictMath.exp(x - larger) + StrictMath.exp(y - larger));
            if (sum <= 0 && larger > Double.NEGATIVE_INFINITY) {
                return StrictMath.exp(x - sum);
            }
        }
    }
}
