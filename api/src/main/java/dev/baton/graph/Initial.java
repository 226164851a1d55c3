package dev.baton.graph;

import dev.baton.NDArray;

/** What makes the first value of a variable. */
@FunctionalInterface
public interface Initial {

    /**
     * The first value.
     *
     * @param seed the session's seed
     */
    NDArray initialValue(long seed);
}
