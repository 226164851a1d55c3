package dev.baton.train;

import java.util.Locale;

/**
 * Finds out that updates go too far: a small step down the slope makes the loss of its own batch smaller; where it mostly
 * makes it larger, the learning rate is too high, long before the loss explodes.
 */
final class Overshooting {

    private static final int LOOKED_AT = 4;
    private static final int TOO_MANY = 3;

    private final boolean[] over = new boolean[LOOKED_AT];
    private int count;
    private boolean isSaid;

    /**
     * Takes note of the next examined step.
     *
     * @return what is to be said, once until updates have been right again; null mostly
     */
    String after(LossChange change) {
        // A step that changed nothing promised nothing.
        if (change.predicted() <= 0) {
            return null;
        }
        over[count++ % LOOKED_AT] = change.measured() < 0;
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
                "of the last %d updates that were examined %d made the loss of their own batch larger, this one from %.4g "
                        + "to %.4g where the slope promised %.3g less: they go too far. The learning rate is %.3g: try a "
                        + "smaller one",
                Math.min(count, LOOKED_AT),
                wrong,
                change.before(),
                change.after(),
                change.predicted(),
                change.learningRate());
    }
}
