package dev.baton.distributed;

/**
 * What a partition is to do from one meeting of all machines to the next.
 *
 * @param number of the meeting in the epoch, from 0
 */
record Meeting(Shard shard, Synchronization way, int epoch, int number) {

    int first() {
        return way.firstBatch(shard.division(), number);
    }

    int end() {
        return way.firstBatch(shard.division(), number + 1);
    }

    int examples() {
        return shard.size(first(), end());
    }

    /** The partition's share of all examples that are learnt from. */
    double share() {
        return examples() / (double) shard.division().joint(first(), end());
    }

    /** The number in the run of a step that learns from a joint batch, from 1. */
    long stepNumber(int jointBatch) {
        return (long) epoch * shard.division().batches() + jointBatch + 1;
    }

    /** What a step's random numbers follow from: another number for every partition; with one it is that of the step. */
    long draw(int jointBatch) {
        return stepNumber(jointBatch) * shard.division().partitions() + shard.partition();
    }
}
