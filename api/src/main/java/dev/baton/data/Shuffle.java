package dev.baton.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/** A random order, the same for the same random numbers. */
public final class Shuffle {

    private Shuffle() {}

    /** The numbers from 0 to {@code size - 1} in a random order: Fisher and Yates's shuffle. */
    public static int[] order(int size, SplittableRandom random) {
        var order = new int[size];
        Arrays.setAll(order, i -> i);
        for (int i = size - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
