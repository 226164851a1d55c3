package dev.baton.spi;

import dev.baton.NDArray;

/** A compiled program. */
public interface Plan extends AutoCloseable {

    /**
     * Runs one step.
     *
     * @param inputs one array for each of the program's inputs, in its order and of its types; not to be changed
     *     before an output of this run has been read
     */
    void run(NDArray[] inputs);

    /** Copies an output of the last run to an array of its type; waits for the device. */
    void read(int output, NDArray target);

    /** What runs, one kernel a line, with what was fused and the memory. */
    String explain();

    @Override
    void close();
}
