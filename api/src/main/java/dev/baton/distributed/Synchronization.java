package dev.baton.distributed;

import dev.baton.BatonException;
import java.io.Serializable;

/**
 * How often all machines meet. After every step: what they bring are gradients of one joint batch, and a run is that of one
 * machine which has the whole batch. Or after several, a round: each worker learns by itself from its part of so many
 * joint batches, and what they bring is how far its weights moved (local SGD; DiLoCo, Douillard et al. 2023, "DiLoCo:
 * Distributed Low-Communication Training of Language Models").
 */
public final class Synchronization implements Serializable {

    private static final long serialVersionUID = 1L;

    private final boolean rounds;
    private final int steps;

    private Synchronization(boolean rounds, int steps) {
        this.rounds = rounds;
        this.steps = steps;
    }

    /** After every step, with gradients. */
    public static Synchronization everyStep() {
        return new Synchronization(false, 1);
    }

    /**
     * After so many steps, with the change of the weights; an epoch's last round may have fewer.
     *
     * @throws BatonException if there is none
     */
    public static Synchronization afterSteps(int steps) {
        if (steps < 1) {
            throw new BatonException("a round has at least one step, not " + steps);
        }
        return new Synchronization(true, steps);
    }

    /** Whether workers learn by themselves between two meetings. */
    public boolean hasRounds() {
        return rounds;
    }

    /** How many joint batches there are from one meeting to the next. */
    public int steps() {
        return steps;
    }

    /** How often machines meet in an epoch. */
    public int count(Division division) {
        return 1 + (division.batches() - 1) / steps;
    }

    /** The first joint batch of a meeting, which are numbered in the epoch from 0; that of the next is the end. */
    public int firstBatch(Division division, int meeting) {
        return (int) Math.min(division.batches(), (long) meeting * steps);
    }

    /** For instance {@code rounds of 20 steps}. */
    @Override
    public String toString() {
        return rounds ? "rounds of " + steps + (steps == 1 ? " step" : " steps") : "gradients of every step";
    }
}
