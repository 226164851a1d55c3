package dev.baton.distributed;

import dev.baton.runtime.Session;

/**
 * What a worker computes with: a model on a session of its own, which gets its weights with every call. For one thread at a
 * time; it may be another one each time.
 */
public final class WorkerStep implements AutoCloseable {

    private final Recipe recipe;
    private final Session session;

    WorkerStep(Recipe recipe, Session session) {
        this.recipe = recipe;
        this.session = session;
    }

    /**
     * What a partition brings to one meeting of all machines: its gradients, or how far its weights moved in a round. The
     * same call gives the same bits, on the same kind of processor: all else is in the arguments.
     *
     * @param weights of the leading machine
     * @param meeting of the epoch, from 0; see {@link Synchronization#count}
     * @throws dev.baton.DataException if the weights do not fit the model that is made here, or an example cannot be
     *     learnt from; the message names the partition
     */
    public Contribution contribute(
            WeightBlock weights, Shard shard, Synchronization way, int epoch, int meeting) {
        throw new UnsupportedOperationException();
    }

    /** The device in words, as {@link Session#device} says it. */
    public String device() {
        return session.device();
    }

    /** Closes the session. */
    @Override
    public void close() {
        session.close();
    }
}
