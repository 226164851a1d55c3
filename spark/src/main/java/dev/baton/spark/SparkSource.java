package dev.baton.spark;

import dev.baton.BatonException;
import dev.baton.data.Batch;
import dev.baton.data.Examples;
import dev.baton.distributed.Contribution;
import dev.baton.distributed.DistributedSource;
import dev.baton.distributed.Division;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Synchronization;
import dev.baton.distributed.WeightBlock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Gradients, or changes of weights, that the workers of a Spark cluster compute, for {@link
 * dev.baton.train.Trainer#fit(dev.baton.train.GradientSource, dev.baton.data.Batches, dev.baton.train.Epochs)}. One step of
 * the trainer is one job: the weights go to the workers as a broadcast, which is destroyed afterwards, and what they bring
 * is added up in a tree of machines. Spark repeats the tasks of a lost worker; the sum is the same to the last bit,
 * whichever worker computes what and in whichever order it comes. Each worker keeps a session for each of its tasks until
 * the source is closed. Workers that learn together ({@link Synchronization#amongWorkers}) are the tasks of one barrier stage
 * for each step of the trainer, with sessions that they open for it; where one is lost, all of it is computed again.
 */
public final class SparkSource extends DistributedSource implements AutoCloseable {

    private final JavaSparkContext context;
    private final Dealt examples;
    private final WorkerTask task;
    private final Batch sample;
    /** What tells the changes from others; empty where there are none. */
    private final String changes;

    private final List<String> workers;
    private StepTimes times = StepTimes.NONE;
    private boolean closed;

    private SparkSource(SparkExamples examples, Dealt dealt, WorkerTask task) {
        super(task.recipe(), task.division(), task.way());
        this.context = examples.context();
        this.examples = dealt;
        this.task = task;
        Examples one = task.changed(Examples.of(dealt.first().source()), 0);
        this.sample = one.batch(0, new int[] {0});
        this.changes =
                task.change() == null ? "" : ", changed: " + one.batched(1).identity();
        try {
            this.workers = prepare();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * A source; the examples are dealt to the workers, and each opens a session.
     *
     * @param recipe what every worker makes for itself
     * @param batch the size of a joint batch, which all partitions have a part of
     * @throws BatonException naming the worker that has other versions than the driver, no backend or no examples; or if workers
     *     that learn together are more than can compute at a time
     */
    public static SparkSource of(Recipe recipe, SparkExamples examples, int batch, Synchronization way) {
        Versions driver = Versions.here();
        driver.requireSupported("the driver");
        requireSameVersions(examples.context(), driver);
        if (way.isAmongWorkers()) {
            requireSlots(examples.context(), examples.partitions());
        }
        Dealt dealt = examples.dealt();
        var division = new Division(dealt.count(), examples.partitions(), batch);
        var run = UUID.randomUUID().toString();
        return new SparkSource(examples, dealt, new WorkerTask(run, driver, recipe, division, way, examples.change()));
    }

    /** Spark itself would wait ten minutes for slots that are missing. */
    private static void requireSlots(JavaSparkContext context, int partitions) {
        if (context.getConf().contains("spark.default.parallelism")) {
            // What it is asked for then is no number of cores.
            return;
        }
        int cores = context.defaultParallelism();
        int each = context.getConf().getInt("spark.task.cpus", 1);
        if (partitions > cores / each) {
            throw new BatonException("workers that learn together all compute at the same time: " + partitions
                    + " partitions with " + each + (each == 1 ? " core" : " cores") + " each need more than the "
                    + cores
                    + " that the cluster has; take fewer with examples.partitions(...)");
        }
    }

    /** A worker that comes later is asked before it computes. */
    private static void requireSameVersions(JavaSparkContext context, Versions driver) {
        Map<String, Versions> found = new TreeMap<>();
        SparkJobs.everywhere(context, () -> new Tuple2<>(Worker.name(), Versions.here()))
                .forEach(one -> found.put(one._1(), one._2()));
        found.forEach((worker, versions) -> driver.requireSame(versions, worker));
    }

    private List<String> prepare() {
        WorkerTask prepared = task;
        List<WorkerTask.Readiness> all = SparkJobs.run(
                context.sc(),
                () -> examples.blocks().map(block -> prepared.prepare()).collect());
        String problems = all.stream()
                .map(WorkerTask.Readiness::problem)
                .filter(Objects::nonNull)
                .distinct()
                .collect(Collectors.joining("\n"));
        if (!problems.isEmpty()) {
            throw new BatonException(problems);
        }
        return all.stream()
                .map(WorkerTask.Readiness::worker)
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    protected String dataIdentity() {
        return String.format("checksum %016x", examples.checksum()) + changes;
    }

    @Override
    public Batch sample() {
        return sample;
    }

    @Override
    protected Contribution sum(WeightBlock weights, int epoch, int meeting) {
        long start = System.nanoTime();
        Timed sum = SparkJobs.run(context.sc(), () -> {
            Broadcast<WeightBlock> sent = context.broadcast(weights);
            SparkJobs.Freed freed = sent::destroy;
            try (freed) {
                return way().isAmongWorkers()
                        ? JointTask.sum(examples.blocks(), task, sent, epoch, meeting)
                        : apart(sent, epoch, meeting);
            }
        });
        times = times.plus(System.nanoTime() - start, sum.nanoseconds());
        return sum.sum();
    }

    /** The sum of what each partition computes by itself. */
    private Timed apart(Broadcast<WeightBlock> weights, int epoch, int meeting) {
        WorkerTask contributing = task;
        return Aggregation.sum(examples.blocks()
                .mapPartitionsWithIndex(
                        (partition, blocks) -> List.of(contributing.contribute(
                                        blocks.next(), partition, weights.value(), epoch, meeting))
                                .iterator(),
                        true));
    }

    /** The workers that have partitions when it begins, each with its device. */
    public List<String> workers() {
        return workers;
    }

    /** What its jobs have taken until now, those that failed left aside. */
    public StepTimes times() {
        return times;
    }

    /**
     * Ends the workers' sessions; the examples stay where they are. What fails meanwhile is logged and no more, since it
     * changes nothing of what has been learnt. Closing twice does nothing.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        WorkerTask closing = task;
        SparkJobs.close(context, "sessions", () -> SparkJobs.everywhere(context, closing::close));
    }

    /** For instance {@code rounds of 20 steps, 60 joint batches of 64: 3,823 examples over 3 partitions}. */
    @Override
    public String toString() {
        return way() + ", " + division();
    }
}
