package dev.baton.spi;

import dev.baton.Precision;
import dev.baton.graph.Node;
import dev.baton.program.Program;
import java.util.List;

/** A device that compiles programs and runs them. Used by one thread at a time. */
public interface Backend extends AutoCloseable {

    /** The {@link #method} of convolutions that {@link dev.baton.composite.WinogradConvolution} does with a transformed weight. */
    String WINOGRAD = "Winograd's method";

    /** The device in words, such as {@code cpu: AMD EPYC, 2 threads, AVX-512}. */
    String device();

    /**
     * Whether a node of fixed shapes can run here as it is. Primitives have to be supported, {@code float64} aside; a
     * composite that is not is expanded to its definition.
     */
    boolean supports(Node node);

    /**
     * Whether products can read their factors so, and why not. Where they can, every product of float32 with {@link
     * dev.baton.graph.Primitive#BFLOAT16} is supported.
     */
    default Availability offers(Precision precision) {
        return precision == Precision.FLOAT32
                ? Availability.yes()
                : Availability.no("this backend has no products of " + precision);
    }

    /**
     * How many bytes of workspace a node that runs whole wants while it runs, beside its inputs and outputs; the memory
     * layout finds a place for them.
     */
    default long scratch(Node node) {
        return 0;
    }

    /**
     * How a node that runs whole is computed, where there is a choice, for people who ask why it is fast or slow; empty
     * otherwise. Where it is {@link #WINOGRAD}, a convolution of a model that only answers gets its weight transformed.
     */
    default String method(Node node) {
        return "";
    }

    /**
     * How many bytes a program wants while it runs of memory that this backend keeps for all of its programs, beside what the
     * compiler lays out, as for copies of factors that its products prefer in another order.
     */
    default long sharedMemory(Program program) {
        return 0;
    }

    /**
     * How many bytes of its memory nobody has, for the message where a program does not fit; {@link Long#MAX_VALUE}, the
     * default, where it lives in the system's memory, which answers for itself.
     */
    default long freeMemory() {
        return Long.MAX_VALUE;
    }

    /** Memory that grows without moving; empty at first. */
    DeviceBuffer allocate();

    /**
     * Makes a program ready to run.
     *
     * @param variables where the program's variables live; it grows when other programs bring more of them
     * @param workspace for the values of one step, to be grown to what the program needs; shared with other plans, which
     *     never run at the same time
     */
    Plan compile(Program program, DeviceBuffer variables, DeviceBuffer workspace);

    /**
     * Opens lanes: backends on parts of this device that run programs at the same time as each other and as this one, so
     * that many callers can be answered at once. A lane compiles programs for this backend's memory of variables, which
     * nobody changes while a lane runs, with a workspace of its own, and its results are those of this backend to the bit.
     * Each is used by one thread at a time and closed before this. There are none, the default, where a device computes one
     * program after the other.
     */
    default List<Backend> openLanes() {
        return List.of();
    }

    /**
     * Tells the devices that this one was opened together with, which may wait for it, that it does not come: what they run
     * fails. Does nothing where it was opened alone.
     */
    default void leave() {}

    /**
     * Gives everything back. Called once, after its plans and memory have been closed; on another thread than before
     * where a session was forgotten and the garbage collector has found it.
     */
    @Override
    void close();
}
