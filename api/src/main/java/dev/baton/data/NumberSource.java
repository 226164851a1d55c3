package dev.baton.data;

import dev.baton.Shape;

/** Examples with numbers that are to be predicted, such as a price. */
public interface NumberSource extends ExampleSource {

    /** The shape of the numbers of one example, for instance {@code [1]}. */
    Shape targetShape();

    /**
     * Reads the numbers of an example.
     *
     * @param values as many as {@link #targetShape} says; all of them are written
     */
    void readTarget(int example, float[] values);
}
