package dev.baton.spark;

import dev.baton.BackendException;
import dev.baton.BatonException;
import dev.baton.distributed.Contribution;
import dev.baton.distributed.JointWorker;
import dev.baton.distributed.Shard;
import dev.baton.distributed.WeightBlock;
import dev.baton.spi.Membership;
import java.io.Serializable;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.resource.ResourceInformation;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * What each partition does in a barrier stage, all of whose tasks run at the same time: they learn together, and Spark carries
 * no more than the name by which their devices find each other. Such a stage is not repeated by Spark: where a task is lost,
 * the source does that.
 */
final class JointTask extends AbstractFunction1<Iterator<ExampleBlock>, Iterator<JointTask.Brought>>
        implements Serializable {

    private static final long serialVersionUID = 1L;

    private final WorkerTask task;
    private final Broadcast<WeightBlock> weights;
    private final int epoch;
    private final int meeting;

    private JointTask(WorkerTask task, Broadcast<WeightBlock> weights, int epoch, int meeting) {
        this.task = task;
        this.weights = weights;
        this.epoch = epoch;
        this.meeting = meeting;
    }

    /**
     * What a partition brings. What Baton refuses comes back as a value, so that the driver knows what came first.
     *
     * @param sum null where there is a problem
     * @param problem null where there is none
     * @param isLoss whether a device failed while it learnt, or another worker is gone, which may know why
     */
    record Brought(Timed sum, BatonException problem, boolean isLoss) implements Serializable {}

    /** The one that a partition brings. */
    private static final class Only extends AbstractFunction1<Iterator<Brought>, Brought> implements Serializable {

        private static final long serialVersionUID = 1L;

        @Override
        public Brought apply(Iterator<Brought> all) {
            return all.next();
        }
    }

    /** What has come to the driver; with the first problem the other tasks, which may wait for that one, are ended. */
    private static final class Arrivals extends AbstractFunction2<Object, Brought, BoxedUnit> {

        /** Until then somebody says why others are gone, if that is no loss too. */
        private static final long SECONDS_FOR_REASONS = 5;

        private final List<Timed> sums = new CopyOnWriteArrayList<>();
        private final AtomicReference<BatonException> refusal = new AtomicReference<>();
        private final AtomicReference<BatonException> loss = new AtomicReference<>();
        private final Runnable end;

        Arrivals(Runnable end) {
            this.end = end;
        }

        @Override
        public BoxedUnit apply(Object partition, Brought brought) {
            if (brought.problem() == null) {
                sums.add(brought.sum());
            } else if (!brought.isLoss() && refusal.compareAndSet(null, brought.problem())) {
                end.run();
            } else if (brought.isLoss() && loss.compareAndSet(null, brought.problem())) {
                CompletableFuture.delayedExecutor(SECONDS_FOR_REASONS, TimeUnit.SECONDS)
                        .execute(end);
            }
            return BoxedUnit.UNIT;
        }

        /** The sum of all. */
        Timed sum() {
            return sums.stream().reduce(Timed::plus).orElseThrow();
        }

        /**
         * Fails where there was a problem.
         *
         * @param given why Spark has given the job up; null where it has not
         * @throws BatonException what was refused, which ends the run
         * @throws IllegalStateException what was lost, so that it is computed again: none of its causes is Baton's
         */
        void requireAll(Exception given) {
            if (refusal.get() != null) {
                throw refusal.get();
            }
            if (loss.get() != null) {
                var lost = new IllegalStateException(loss.get().getMessage());
                lost.addSuppressed(loss.get());
                if (given != null) {
                    lost.addSuppressed(given);
                }
                throw lost;
            }
        }
    }

    /**
     * Lets all partitions learn together until the leading machine takes over.
     *
     * @throws BatonException what was the first problem, and for which worker
     * @throws Exception what Spark throws
     */
    static Timed sum(
            JavaRDD<ExampleBlock> blocks, WorkerTask task, Broadcast<WeightBlock> weights, int epoch, int meeting)
            throws Exception {
        ClassTag<Brought> tag = ClassTag$.MODULE$.apply(Brought.class);
        RDD<Brought> stage =
                blocks.rdd().barrier().mapPartitions(new JointTask(task, weights, epoch, meeting), true, tag);
        SparkContext context = blocks.context();
        String job = "baton-joint-" + UUID.randomUUID();
        var arrivals = new Arrivals(() -> context.cancelJobsWithTag(job));
        context.addJobTag(job);
        try {
            context.runJob(stage, new Only(), arrivals, tag);
        } catch (Exception e) {
            arrivals.requireAll(e);
            throw e;
        } finally {
            context.removeJobTag(job);
        }
        arrivals.requireAll(null);
        return arrivals.sum();
    }

    @Override
    public Iterator<Brought> apply(Iterator<ExampleBlock> blocks) {
        return CollectionConverters.asScala(
                List.of(brought(BarrierTaskContext.get(), blocks.next())).iterator());
    }

    private Brought brought(BarrierTaskContext context, ExampleBlock block) {
        long start = System.nanoTime();
        try (JointWorker worker = worker(context);
                var watch = new KilledTask(context, worker::leave)) {
            return learn(worker, task.shard(block, context.partitionId()), start);
        } catch (BackendException e) {
            String message = Worker.name() + ": " + e.getMessage()
                    + "\nSynchronization.everyStep() and afterSteps(...) do without devices that find each other";
            return new Brought(null, new BackendException(message, e), false);
        } catch (BatonException e) {
            return new Brought(null, Worker.located(e), false);
        }
    }

    private Brought learn(JointWorker worker, Shard shard, long start) {
        try {
            Contribution own = worker.contribute(weights.value(), shard, task.way(), epoch, meeting);
            return new Brought(new Timed(own, System.nanoTime() - start), null, false);
        } catch (BackendException e) {
            return new Brought(null, new BackendException(Worker.name() + ": " + e.getMessage(), e), true);
        }
    }

    private JointWorker worker(BarrierTaskContext context) {
        int partition = context.partitionId();
        String own = partition == 0 ? Base64.getEncoder().encodeToString(task.nameGroup()) : "";
        byte[] group = Base64.getDecoder().decode(context.allGather(own)[0]);
        return task.member(new Membership(group, partition, task.division().partitions(), gpu(context)));
    }

    /** The GPU that Spark gave the task; the first one that there is where it gave none. */
    private static int gpu(BarrierTaskContext context) {
        ResourceInformation gpus = context.resourcesJMap().get("gpu");
        if (gpus == null || gpus.addresses().length == 0) {
            return 0;
        }
        String address = gpus.addresses()[0];
        try {
            return Integer.parseInt(address);
        } catch (NumberFormatException e) {
            throw new BatonException(
                    "Spark calls the task's GPU '" + address + "'; it has to be its number, from 0 on", e);
        }
    }
}
