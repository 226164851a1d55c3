package dev.baton.distributed;

import dev.baton.DataException;
import dev.baton.Seeds;
import dev.baton.data.Batch;
import dev.baton.data.Shuffle;
import java.util.Arrays;

/**
 * One partition on the worker that learns from it: its examples, its number, and how the whole is shared out. The order of
 * its examples is another one in every epoch, the same for the same seed, epoch and partition.
 */
public final class Shard {

    private final LocalExamples examples;
    private final Division division;
    private final int partition;
    private final long seed;
    private int orderedEpoch = -1;
    private int[] order;

    /**
     * @param partition its number, from 0
     * @param seed of the order of examples
     * @throws DataException if these are not as many examples as the partition is to have
     */
    public Shard(LocalExamples examples, Division division, int partition, long seed) {
        int wanted = division.size(partition);
        if (examples.size() != wanted) {
            throw new DataException("partition " + partition + " has " + examples.size() + " examples and is to have "
                    + wanted + " (" + division + ")");
        }
        this.examples = examples;
        this.division = division;
        this.partition = partition;
        this.seed = seed;
    }

    /** Its number, from 0. */
    public int partition() {
        return partition;
    }

    /** How the whole is shared out. */
    public Division division() {
        return division;
    }

    /** How many examples of the partition are in some joint batches, from one to another, without the last. */
    public int size(int from, int to) {
        return division.before(partition, to) - division.before(partition, from);
    }

    /** The partition's part of a joint batch; null where it has none. */
    public Batch batch(int epoch, int jointBatch) {
        int from = division.before(partition, jointBatch);
        int to = division.before(partition, jointBatch + 1);
        return from == to ? null : examples.batch(epoch, Arrays.copyOfRange(order(epoch), from, to));
    }

    /** The first example as it is in the first epoch, to trace a model with. */
    public Batch sample() {
        return examples.batch(0, new int[] {0});
    }

    private int[] order(int epoch) {
        if (orderedEpoch != epoch) {
            order = Shuffle.order(examples.size(), Seeds.random(seed, epoch, partition));
            orderedEpoch = epoch;
        }
        return order;
    }
}
