package dev.baton.data;

import dev.baton.Shape;

/**
 * Where examples come from: so many of one shape, each with a class. Calls for the same example give the same; several
 * threads may read at once.
 */
public interface ExampleSource {

    /** The number of examples. */
    int size();

    /** The shape of one example, for instance {@code [3, 32, 32]} of a picture. */
    Shape shape();

    /** The number of classes. */
    int classes();

    /**
     * The class of an example.
     *
     * @return 0 to {@link #classes} - 1
     */
    int label(int example);

    /**
     * Reads the values of an example.
     *
     * @param values as many as {@link #shape} says; all of them are written
     */
    void read(int example, float[] values);
}
