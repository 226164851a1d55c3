package dev.baton.spark;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.data.Examples;
import dev.baton.distributed.Contribution;
import dev.baton.distributed.Division;
import dev.baton.distributed.JointWorker;
import dev.baton.distributed.LocalExamples;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Shard;
import dev.baton.distributed.Synchronization;
import dev.baton.distributed.WeightBlock;
import dev.baton.distributed.WorkerStep;
import dev.baton.spi.Membership;
import java.io.Serializable;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function2;

/**
 * What a worker does for a run, and all that it needs for it but examples and weights.
 *
 * @param run tells runs of one application apart
 * @param driver the versions that the driver has
 * @param change what is done to a partition's examples; null for nothing
 */
record WorkerTask(
        String run,
        Versions driver,
        Recipe recipe,
        Division division,
        Synchronization way,
        Function2<Examples, Integer, Examples> change)
        implements Serializable {

    /**
     * What a partition brings to a meeting.
     *
     * @throws BatonException naming this worker
     */
    Timed contribute(ExampleBlock block, int partition, WeightBlock weights, int epoch, int meeting) {
        long start = System.nanoTime();
        try {
            WorkerSessions sessions = WorkerSessions.of(run);
            WorkerSessions.Slot slot = sessions.take(block, this::open);
            try {
                Shard shard = slot.shard(block, () -> shard(block, partition));
                Contribution own = slot.step().contribute(weights, shard, way, epoch, meeting);
                return new Timed(own, System.nanoTime() - start);
            } finally {
                sessions.giveBack(slot);
            }
        } catch (BatonException e) {
            throw Worker.located(e);
        }
    }

    /**
     * Opens a session ahead, so that what is wrong with a worker comes out before the first step. Workers that learn together
     * open theirs together; that they could is what is looked at.
     */
    Readiness prepare() {
        try {
            if (way.isAmongWorkers()) {
                driver.requireSame(Versions.here(), "it");
                nameGroup();
                return new Readiness(Worker.name(), null);
            }
            WorkerSessions sessions = WorkerSessions.of(run);
            WorkerSessions.Slot slot = sessions.take(null, this::open);
            try {
                return new Readiness(Worker.name() + ", " + slot.step().device(), null);
            } finally {
                sessions.giveBack(slot);
            }
        } catch (BatonException e) {
            // Thrown, it would make Spark try another worker, and the run would go on without this one.
            return new Readiness(Worker.name(), Worker.located(e).getMessage());
        }
    }

    /**
     * Whether a worker can compute.
     *
     * @param worker and its device, in words
     * @param problem why not; null where it can
     */
    record Readiness(String worker, String problem) implements Serializable {}

    /** Ends what this worker has of the run; whether it had something. */
    boolean close() {
        return WorkerSessions.close(run);
    }

    private WorkerStep open() {
        driver.requireSame(Versions.here(), "it");
        return recipe.worker();
    }

    /** A name for a group of workers that learn together. */
    byte[] nameGroup() {
        return recipe.nameGroup();
    }

    /** One of the workers that learn together; it computes with as many threads as the task has cores. */
    JointWorker member(Membership membership) {
        driver.requireSame(Versions.here(), "it");
        return Threads.during(TaskContext.get().cpus(), () -> recipe.member(membership));
    }

    Shard shard(ExampleBlock block, int partition) {
        Examples examples = changed(Examples.of(block.source()), partition);
        return new Shard(LocalExamples.of(examples), division, partition, recipe.seed());
    }

    Examples changed(Examples examples, int partition) {
        try {
            return change == null ? examples : change.call(examples, partition);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new DataException("changing the examples of partition " + partition + " failed: " + e, e);
        }
    }
}
