package dev.baton.distributed;

import dev.baton.DataException;
import java.io.Serializable;
import java.util.Locale;

/**
 * How examples and batches are shared out: position {@code i} of an epoch is partition {@code i % partitions}'s, and a joint
 * batch is a run of positions. So the parts differ by at most one example, those of the examples as well as those of every
 * batch; the last, smaller batch is kept, and a partition may have no example in it.
 */
public final class Division implements Serializable {

    private static final long serialVersionUID = 1L;

    private final long examples;
    private final int partitions;
    private final int batch;

    /**
     * @param examples of all partitions together
     * @param partitions how many there are
     * @param batch the size of a joint batch, which all partitions have a part of
     * @throws DataException if there is no example, no partition or no batch, or there are more partitions than examples
     */
    public Division(long examples, int partitions, int batch) {
        if (examples < 1) {
            throw new DataException("there are no examples to learn from");
        }
        if (partitions < 1 || batch < 1) {
            throw new DataException(
                    "at least one partition and one example a batch, not " + partitions + " and " + batch);
        }
        if (partitions > examples) {
            throw new DataException(partitions + " partitions cannot share " + examples
                    + " examples: each needs one at least; take fewer partitions");
        }
        if ((examples + batch - 1) / batch > Integer.MAX_VALUE) {
            throw new DataException(
                    examples + " examples in batches of " + batch + " are too many batches: make them larger");
        }
        this.examples = examples;
        this.partitions = partitions;
        this.batch = batch;
    }

    /** The number of examples of all partitions together. */
    public long examples() {
        return examples;
    }

    /** The number of partitions. */
    public int partitions() {
        return partitions;
    }

    /** The size of a joint batch, save for the last. */
    public int batch() {
        return batch;
    }

    /** The number of joint batches in an epoch. */
    public int batches() {
        return (int) ((examples + batch - 1) / batch);
    }

    /** How many examples a partition has. */
    public int size(int partition) {
        return owned(partition, examples);
    }

    /** The size of some joint batches together, from one to another, without the last. */
    public long joint(int from, int to) {
        return end(to) - end(from);
    }

    /** How many of its examples a partition has learnt from in an epoch, in its order, before a joint batch begins. */
    public int before(int partition, int jointBatch) {
        return owned(partition, end(jointBatch));
    }

    /** The position at which a joint batch begins. */
    private long end(int jointBatch) {
        return Math.min(examples, (long) jointBatch * batch);
    }

    /** How many of the first positions are a partition's. */
    private int owned(int partition, long positions) {
        if (partition < 0 || partition >= partitions) {
            throw new DataException("there is no partition " + partition + " of " + partitions);
        }
        return Math.toIntExact((positions - partition + partitions - 1) / partitions);
    }

    /** For instance {@code 60 joint batches of 64: 3,823 examples over 4 partitions}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d joint batches of %,d: %,d examples over %,d partitions",
                batches(),
                batch,
                examples,
                partitions);
    }
}
