package dev.baton.distributed;

import dev.baton.BatonException;
import dev.baton.data.Batch;
import dev.baton.train.FlatVariables;
import dev.baton.train.GradientSource;
import java.util.Objects;

/**
 * Gradients that workers compute, for a {@link dev.baton.train.Trainer}. What carries the blocks there and back, such as a
 * cluster, overrides {@link #sum}.
 */
public abstract class DistributedSource implements GradientSource {

    /** How often a step is tried that fails for no reason of Baton's own, such as a lost connection. */
    private static final int TRIES = 3;

    private final Division division;
    private final Synchronization way;

    protected DistributedSource(Division division, Synchronization way) {
        this.division = Objects.requireNonNull(division, "division");
        this.way = Objects.requireNonNull(way, "way");
    }

    /** How examples and batches are shared out. */
    public final Division division() {
        return division;
    }

    /** How often all machines meet. */
    public final Synchronization way() {
        return way;
    }

    /** What tells the examples from others: for instance a checksum of the {@linkplain Shard#checksum shards'}, and seeds. */
    protected abstract String dataIdentity();

    @Override
    public abstract Batch sample();

    /**
     * Lets {@link WorkerStep#contribute} compute for every partition and adds up what they bring.
     *
     * @param meeting of the epoch, from 0
     * @throws BatonException what is Baton's own ends the run; any other {@link RuntimeException} is tried again
     */
    protected abstract Contribution sum(WeightBlock weights, int epoch, int meeting);

    @Override
    public final String identity() {
        return way + ", " + division + ", " + dataIdentity();
    }

    @Override
    public final int count() {
        return way.count(division);
    }

    @Override
    public final Means compute(int epoch, int meeting, FlatVariables variables) {
        throw new UnsupportedOperationException();
    }
}
