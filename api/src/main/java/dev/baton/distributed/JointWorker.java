package dev.baton.distributed;

import dev.baton.BackendException;
import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.data.Batch;
import dev.baton.runtime.Members;
import dev.baton.runtime.Session;
import dev.baton.train.JointStep;
import dev.baton.train.PartialStep;

/**
 * One of the workers that learn together from one meeting with the leading machine to the next: a model on a session that
 * adds gradients up with those of the others. For one thread, save for {@link #leave}.
 */
public final class JointWorker implements AutoCloseable {

    private final Session session;
    private final Recipe recipe;

    JointWorker(Recipe recipe, Session session) {
        this.recipe = recipe;
        this.session = session;
    }

    /**
     * What a partition brings to a meeting; all workers have to be at it. The first partition brings the new values of all that
     * has changed, which all of them have.
     *
     * @param weights of the leading machine, with what its optimizer keeps
     * @param meeting of the epoch, from 0; see {@link Synchronization#count}
     * @throws DataException if the weights do not fit the model that is made here, or an example cannot be learnt from; the
     *     message names the partition
     * @throws BackendException if the device fails, or another worker is gone
     */
    public Contribution contribute(WeightBlock weights, Shard shard, Synchronization way, int epoch, int meeting) {
        try (var step =
                JointStep.of(session, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer(), shard.sample())) {
            weights.requireFit(step.variables());
            weights.to(step.variables());
            var at = new Meeting(shard, way, epoch, meeting);
            return Contribution.of(shard.division().partitions(), learn(step, at));
        } catch (DataException e) {
            throw new DataException("partition " + shard.partition() + ": " + e.getMessage(), e);
        } catch (BackendException e) {
            throw new BackendException("partition " + shard.partition() + ": " + e.getMessage(), e);
        } catch (BatonException e) {
            throw new BatonException("partition " + shard.partition() + ": " + e.getMessage(), e);
        }
    }

    private static Part learn(JointStep step, Meeting at) {
        int partition = at.shard().partition();
        double losses = 0;
        for (int number = at.first(); number < at.end(); number++) {
            Batch batch = at.shard().batch(at.epoch(), number);
            double share = batch.size() / (double) at.shard().division().joint(number, number + 1);
            PartialStep.Result result = step.learn(batch, at.stepNumber(number), at.draw(number), share);
            if (result.notFinite() != null) {
                double loss = result.loss() * at.examples();
                String why = "joint batch " + (number + 1) + " of the epoch: " + result.notFinite();
                return result.notFinite().isEmpty()
                        ? Part.notFiniteElsewhere(partition, loss, at.examples())
                        : Part.notFinite(partition, loss, at.examples(), why);
            }
            losses += result.loss() * batch.size();
        }
        return partition == 0
                ? Part.of(partition, losses, at.examples(), step.newValues())
                : Part.withoutValues(partition, losses, at.examples());
    }

    /** Lets the others, which may wait for this one, fail; for any thread, before this is closed. */
    public void leave() {
        Members.leave(session);
    }

    /**
     * Closes it on a thread of its own: devices of a group may have to end at the same time, and whoever ends first has to be
     * able to say why.
     */
    public void closeAside() {
        session.release();
        var thread = new Thread(session::close, "baton joint worker ends");
        thread.setDaemon(true);
        thread.start();
    }

    /** Closes the session. */
    @Override
    public void close() {
        session.close();
    }
}
