package dev.baton.data;

import dev.baton.DataException;

/** The choice of examples that are never learnt from. */
final class Holdout {

    private Holdout() {}

    /** Which are held back: of each class the same share, as nearly as whole examples allow. */
    static boolean[] choose(Examples examples, double share, long seed) {
        if (!(share > 0 && share < 1)) {
            throw new DataException("the share that is held back is above 0 and below 1, not " + share);
        }
        int classes = examples.haveClasses() ? examples.classes() : 1;
        var seen = new long[classes];
        var isHeld = new boolean[examples.size()];
        for (int example : examples.shuffled(seed).order(0)) {
            int label = examples.haveClasses() ? examples.label(example) : 0;
            // Of the first n of a class, round(n * share): every further one is held when that number grows.
            long before = Math.round(seen[label] * share);
            isHeld[example] = Math.round(++seen[label] * share) > before;
        }
        return isHeld;
    }
}
