package dev.baton.spark;

import dev.baton.BackendException;
import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.distributed.Contribution;
import dev.baton.distributed.JointWorker;
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
import java.util.stream.Collectors;
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
     * What a partition brings. What Baton says comes back as a value, so that the driver knows all of it.
     *
     * @param sum null where there is a problem
     * @param problem null where there is none
     * @param isLoss whether a device failed, or another worker is gone, which may know why: it is computed again
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

        /** Within these somebody may say why others are gone. */
        private static final long SECONDS_FOR_REASONS = 5;

        private final List<Timed> sums = new CopyOnWriteArrayList<>();
        private final AtomicReference<BatonException> refusal = new AtomicReference<>();
        private final List<String> losses = new CopyOnWriteArrayList<>();
        private final Runnable end;

        Arrivals(Runnable end) {
            this.end = end;
        }

        @Override
        public BoxedUnit apply(Object partition, Brought brought) {
            if (brought.problem() == null) {
                sums.add(brought.sum());
            } else if (brought.isLoss()) {
                if (losses.isEmpty()) {
                    CompletableFuture.delayedExecutor(SECONDS_FOR_REASONS, TimeUnit.SECONDS)
                            .execute(end);
                }
                losses.add(brought.problem().getMessage());
            } else if (refusal.compareAndSet(null, brought.problem())) {
                end.run();
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
            if (!losses.isEmpty()) {
                String told = losses.stream().distinct().collect(Collectors.joining("\n"));
                var lost = new IllegalStateException(given == null ? told : told + "\n" + given.getMessage());
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
            // An interrupt is for the driver, whatever else there is.
            if (!(e instanceof InterruptedException)) {
                arrivals.requireAll(e);
            }
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
        JointWorker worker;
        try {
            worker = worker(context);
        } catch (BatonException e) {
            // One that is not reached may be lost.
            String hint = "\nSynchronization.everyStep() and afterSteps(...) do without devices that find each other";
            return problem(e, e instanceof BackendException ? hint : "");
        }
        boolean done = false;
        try (var watch = new KilledTask(context, worker::leave)) {
            Brought brought = learn(worker, block, context.partitionId());
            done = brought.problem() == null;
            return brought;
        } finally {
            if (done) {
                worker.close();
            } else {
                worker.closeAside();
            }
        }
    }

    private Brought learn(JointWorker worker, ExampleBlock block, int partition) {
        long start = System.nanoTime();
        try {
            Contribution own =
                    worker.contribute(weights.value(), task.shard(block, partition), task.way(), epoch, meeting);
            return new Brought(new Timed(own, System.nanoTime() - start), null, false);
        } catch (BatonException e) {
            return problem(e, "");
        }
    }

    /** Says where it was. Without its causes, which may be of a class that does not travel. */
    private static Brought problem(BatonException e, String hint) {
        String message = Worker.name() + ": " + e.getMessage() + hint;
        BatonException told = e instanceof DataException ? new DataException(message) : new BatonException(message);
        told.setStackTrace(e.getStackTrace());
        return new Brought(null, told, e instanceof BackendException);
    }

    private JointWorker worker(BarrierTaskContext context) {
        int partition = context.partitionId();
        String own = partition == 0 ? Base64.getEncoder().encodeToString(task.nameGroup()) : "";
        byte[] group = Base64.getDecoder().decode(context.allGather(own)[0]);
        return task.member(new Membership(group, partition, task.division().partitions(), gpu(context)));
    }

    /** The number of the GPU that Spark gave the task; -1 where it gave none. */
    private static int gpu(BarrierTaskContext context) {
        ResourceInformation gpus = context.resourcesJMap().get("gpu");
        if (gpus == null || gpus.addresses().length == 0) {
            return -1;
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
