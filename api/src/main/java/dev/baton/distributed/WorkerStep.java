package dev.baton.distributed;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.data.Batch;
import dev.baton.runtime.Session;
import dev.baton.train.PartialStep;

/**
 * What a worker computes with: a model on a session of its own, which gets its weights with every call. For one thread at a
 * time; it may be another one each time.
 */
public final class WorkerStep implements AutoCloseable {

    private final Session session;
    private final PartialStep step;

    WorkerStep(Recipe recipe, Session session) {
        this.session = session;
        this.step = PartialStep.of(session, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer());
        session.release();
    }

    /**
     * What a partition brings to one meeting of all machines: its gradients, or how far its weights moved in a round. The
     * same call gives the same bits, on the same kind of processor: all that it depends on is in the arguments.
     *
     * @param weights of the leading machine
     * @param meeting of the epoch, from 0; see {@link Synchronization#count}
     * @throws DataException if the weights do not fit the model that is made here, or an example cannot be learnt from; the
     *     message names the partition
     */
    public Contribution contribute(WeightBlock weights, Shard shard, Synchronization way, int epoch, int meeting) {
        try {
            if (step.variables() == null) {
                step.prepare(shard.sample());
            }
            weights.requireFit(step.variables());
            var at = new Meeting(shard, way, epoch, meeting);
            return Contribution.of(shard.division().partitions(), part(weights, at));
        } catch (DataException e) {
            throw new DataException("partition " + shard.partition() + ": " + e.getMessage(), e);
        } catch (BatonException e) {
            throw new BatonException("partition " + shard.partition() + ": " + e.getMessage(), e);
        } finally {
            session.release();
        }
    }

    private Part part(WeightBlock weights, Meeting at) {
        int partition = at.shard().partition();
        if (at.examples() == 0) {
            return Part.empty(partition);
        }
        weights.to(step.variables());
        return at.way().hasRounds() ? round(weights, at) : gradients(at);
    }

    private Part gradients(Meeting at) {
        int number = at.first();
        int partition = at.shard().partition();
        Batch batch = at.shard().batch(at.epoch(), number);
        PartialStep.Result result = step.gradients(batch, at.stepNumber(number), at.draw(number), at.share());
        return result.notFinite() != null
                ? Part.notFinite(partition, result.loss() * batch.size(), batch.size(), result.notFinite())
                : Part.of(partition, result.loss() * batch.size(), batch.size(), result.values());
    }

    private Part round(WeightBlock weights, Meeting at) {
        int partition = at.shard().partition();
        double losses = 0;
        int own = 0;
        step.begin();
        for (int number = at.first(); number < at.end(); number++) {
            Batch batch = at.shard().batch(at.epoch(), number);
            if (batch != null) {
                PartialStep.Result result = step.learn(batch, at.stepNumber(number), at.draw(number), ++own);
                if (result.notFinite() != null) {
                    return Part.notFinite(
                            partition,
                            result.loss() * at.examples(),
                            at.examples(),
                            "step " + own + " of the round: " + result.notFinite());
                }
                losses += result.loss() * batch.size();
            }
        }
        return Part.of(partition, losses, at.examples(), step.change(weights.values(), at.share()));
    }

    /** The device in words, as {@link Session#device} says it. */
    public String device() {
        return session.device();
    }

    /** Closes the session. */
    @Override
    public void close() {
        step.close();
        session.close();
    }
}
