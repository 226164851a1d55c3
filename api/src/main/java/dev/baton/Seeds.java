package dev.baton;

import java.util.SplittableRandom;

/** Random numbers that follow from seeds. */
public final class Seeds {

    private Seeds() {}

    /**
     * A generator that follows from several numbers in their order, such as a seed, an epoch and an example. Those of other
     * numbers, however near, have nothing to do with it. (A {@link SplittableRandom} made of their weighted sum would not do: it
     * steps by a constant itself, so that a weight that is this constant makes of the next seed the same sequence, one
     * number on.)
     */
    public static SplittableRandom random(long... numbers) {
        long state = 0;
        for (long number : numbers) {
            state = new SplittableRandom(state + number).nextLong();
        }
        return new SplittableRandom(state);
    }
}
