package dev.baton.nn;

import dev.baton.NDArray;
import dev.baton.Shape;

/** How a parameter starts. */
@FunctionalInterface
public interface Initializer {

    /**
     * The first value of a parameter.
     *
     * @param seed the session's seed
     * @param name the parameter's full name: parameters of one model must not start alike
     */
    NDArray initialize(Shape shape, long seed, String name);
}
