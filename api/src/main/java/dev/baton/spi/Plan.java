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

    /**
     * Starts a step, as {@link #run} does, which may go on by itself when this returns; {@link #finish} waits for it. Nothing
     * else is asked of the backend or its memory in between, but for {@link #isRunning} and {@link #prefetch}. By default this
     * is all of the step.
     */
    default void start(NDArray[] inputs) {
        run(inputs);
    }

    /** Whether what was started goes on; false for devices that compute a step while it is started. */
    default boolean isRunning() {
        return false;
    }

    /**
     * Brings inputs of this plan's next run to the device, while what was started goes on; called where {@link #isRunning} was
     * true. By default nothing is brought.
     *
     * @param next one array for each of the program's inputs, null for those that are not known yet; not to be changed before
     *     the backend's next run has been started. Where that is one of another plan, or with other arrays, what was brought is
     *     of no use to any run
     */
    default void prefetch(NDArray[] next) {}

    /** Waits for what was started, and fails if it has; does nothing where nothing was. */
    default void finish() {}

    /** Copies an output of the last run to an array of its type; waits for the device. */
    void read(int output, NDArray target);

    /** What runs, one kernel a line, with what was fused and the memory. */
    String explain();

    @Override
    void close();
}
