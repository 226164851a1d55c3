package dev.baton.benchmarks;

import bench.Data;
import dev.baton.NDArray;
import dev.baton.Shape;

/** The peers' data as arrays. */
final class Synthetic {

    private Synthetic() {}

    /** Standard normal values. */
    static NDArray normal(long seed, Shape shape) {
        return NDArray.of(shape, Data.normal(seed, (int) shape.size()));
    }

    /** Whole numbers from 0, below a bound. */
    static NDArray whole(long seed, int bound, Shape shape) {
        return NDArray.of(shape, Data.ints(Data.whole(seed, (int) shape.size(), bound)));
    }
}
