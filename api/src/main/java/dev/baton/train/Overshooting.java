package dev.baton.train;

import java.util.Locale;

/**
 * Finds out that updates go too far: a small step gains on its own batch what the slope promises, a step of the best length
 * about half of it. Where updates gain next to nothing, or lose, the learning rate is too high, long before the loss
 * explodes.
 */
final class Overshooting {

    private static final int LOOKED_AT = 4;
    private static final int TOO_MANY = 3;

    /** Of what was promised; less is next to nothing. */
    private static final double SHARE = 0.1;

    private final boolean[] over = new boolean[LOOKED_AT];
    private int count;
    private boolean isSaid;

    /**
     * Takes note of the next examined step.
     *
     * @return what is to be said, once until updates have been right again; null mostly
     */
    String after(LossChange change) {
        double promised = change.predicted();
        if (!change.isMeasurable()) {
            return null;
        }
        // A loss that is no longer finite is no gain.
        over[count++ % LOOKED_AT] = !(change.measured() >= SHARE * promised);
        int wrong = 0;
        for (boolean one : over) {
            wrong += one ? 1 : 0;
        }
        if (wrong == 0) {
            isSaid = false;
        }
        if (isSaid || wrong < TOO_MANY) {
            return null;
        }
        isSaid = true;
        return String.format(
                Locale.ROOT,
                "of the last %d updates that were examined %d gained on their own batch next to nothing of what the slope "
                        + "promised, or lost, this one %.3g of %.3g: they go too far. The learning rate is %.3g: try a "
                        + "smaller one",
                Math.min(count, LOOKED_AT),
                wrong,
                change.measured(),
                promised,
                change.learningRate());
    }
}
