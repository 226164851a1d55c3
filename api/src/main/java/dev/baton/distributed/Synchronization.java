package dev.baton.distributed;

import dev.baton.BatonException;
import java.io.Serializable;

/**
 * How often all machines meet. After every step: what they bring are gradients of one joint batch, and a run is that of one
 * machine which has the whole batch. Or after several, a round: each worker learns by itself from its part of so many
 * joint batches, and what they bring is how far its weights moved (local SGD; DiLoCo, Douillard et al. 2023, "DiLoCo:
 * Distributed Low-Communication Training of Language Models"). Or the workers add gradients up after every step among
 * themselves, as GPUs do, and the leading machine hears of it after several.
 */
public final class Synchronization implements Serializable {

    private static final long serialVersionUID = 1L;

    private enum Kind {
        GRADIENTS,
        ROUNDS,
        AMONG_WORKERS
    }

    private final Kind kind;
    private final int steps;

    private Synchronization(Kind kind, int steps) {
        if (steps < 1) {
            throw new BatonException(
                    "there is at least one step from one meeting of all machines to the next, not " + steps);
        }
        this.kind = kind;
        this.steps = steps;
    }

    /** After every step, with gradients. */
    public static Synchronization everyStep() {
        return new Synchronization(Kind.GRADIENTS, 1);
    }

    /**
     * After every step among the workers alone, by what their devices have for it (GPUs NVIDIA's NCCL; processors add up in
     * one process only): each makes the whole update. After so many steps the leading machine takes the weights over, and
     * what the optimizer keeps with them; an epoch's last steps may be fewer.
     *
     * @throws BatonException if there is none
     */
    public static Synchronization amongWorkers(int steps) {
        return new Synchronization(Kind.AMONG_WORKERS, steps);
    }

    /**
     * After so many steps, with the change of the weights; an epoch's last round may have fewer.
     *
     * @throws BatonException if there is none
     */
    public static Synchronization afterSteps(int steps) {
        return new Synchronization(Kind.ROUNDS, steps);
    }

    /** Whether workers learn by themselves between two meetings. */
    public boolean hasRounds() {
        return kind == Kind.ROUNDS;
    }

    /** Whether workers add gradients up among themselves between two meetings. */
    public boolean isAmongWorkers() {
        return kind == Kind.AMONG_WORKERS;
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
        String count = steps + (steps == 1 ? " step" : " steps");
        return switch (kind) {
            case GRADIENTS -> "gradients of every step";
            case ROUNDS -> "rounds of " + count;
            case AMONG_WORKERS -> "gradients of every step among workers, taken over after " + count;
        };
    }
}
