package dev.baton.data;

import java.util.SplittableRandom;

/** Changes examples a little and at random, so that a network sees none of them twice and learns what does not matter. */
@FunctionalInterface
public interface Augmentation {

    /**
     * Makes a changed example.
     *
     * @param from the example, not to be changed
     * @param to where the changed one goes; as long, and 0 everywhere
     * @param random of this example in this epoch; everything random comes from it
     */
    void apply(float[] from, float[] to, SplittableRandom random);

    /** This one, then another. */
    default Augmentation then(Augmentation next) {
        return (from, to, random) -> {
            var between = new float[from.length];
            apply(from, between, random);
            next.apply(between, to, random);
        };
    }
}
