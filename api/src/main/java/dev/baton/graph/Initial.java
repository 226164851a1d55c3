package dev.baton.graph;

import dev.baton.NDArray;

/** What makes the first value of a variable. */
@FunctionalInterface
public interface Initial {

    /**
     * The first value; null where it may be whatever lies in the memory, which then is not touched before it is used.
     *
     * @param seed the session's seed
     */
    NDArray initialValue(long seed);

    /** Zeros, as new memory of a session has them: where that is what is wanted, none are made and copied. */
    record Zeros(TensorType type) implements Initial {

        @Override
        public NDArray initialValue(long seed) {
            return NDArray.zeros(type.dtype(), type.shape());
        }
    }
}
