package dev.baton.runtime;

import dev.baton.BackendException;
import dev.baton.program.Program;
import java.util.function.LongFunction;

/** The memory that a device has left for programs, before one of them takes it. */
final class Room {

    private final String device;
    private final long free;
    private final long workspace;

    /**
     * @param device in words
     * @param free bytes that nobody has
     * @param workspace bytes that the programs of the session share already
     */
    Room(String device, long free, long workspace) {
        this.device = device;
        this.free = free;
        this.workspace = workspace;
    }

    /**
     * Fails where a program for a batch does not fit, with the largest batch that would.
     *
     * @param ofBatch the program for a batch of any size
     * @throws BackendException if there is too little memory
     */
    void require(long batch, Program program, LongFunction<Program> ofBatch) {
        long needed = needed(program);
        if (needed <= free) {
            return;
        }
        long largest = largest(batch, ofBatch);
        throw new BackendException("a program for batches of " + batch + " needs another "
                + Program.Memory.inWords(needed) + ", and " + Program.Memory.inWords(free) + " are free on " + device
                + "; "
                + (largest == 0 ? "not even one example would fit" : "batches of " + largest + " would fit"));
    }

    private long needed(Program program) {
        Program.Memory memory = program.memory();
        return Math.max(0, memory.workspace() - workspace) + memory.constants() + memory.outputs();
    }

    /** By halves: what a batch needs grows with its size. */
    private long largest(long tooLarge, LongFunction<Program> ofBatch) {
        long fits = 0;
        long fails = tooLarge;
        while (fails - fits > 1) {
            long middle = (fits + fails) / 2;
            if (needed(ofBatch.apply(middle)) <= free) {
                fits = middle;
            } else {
                fails = middle;
            }
        }
        return fits;
    }
}
