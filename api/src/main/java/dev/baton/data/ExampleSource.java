package dev.baton.data;

import dev.baton.Shape;

/**
 * Where examples come from: so many of one shape. What would be right for each is a class, in a {@link ClassSource}, or
 * numbers, in a {@link NumberSource}. Calls for the same example give the same; several threads may read at once.
 * Examples may be computed, or read from a disk, when they are asked for: they need not fit into memory.
 */
public interface ExampleSource {

    /** The number of examples. */
    int size();

    /** The shape of one example, for instance {@code [3, 32, 32]} of a picture. */
    Shape shape();

    /**
     * Reads the values of an example.
     *
     * @param values as many as {@link #shape} says; all of them are written
     */
    void read(int example, float[] values);
}
