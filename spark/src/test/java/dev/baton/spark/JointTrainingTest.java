package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NotFiniteException;
import dev.baton.data.Batches;
import dev.baton.data.Examples;
import dev.baton.distributed.Division;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Synchronization;
import dev.baton.loss.Losses;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.PlateauSchedule;
import dev.baton.optim.Schedule;
import dev.baton.optim.Sgd;
import dev.baton.train.Checkpoints;
import dev.baton.train.Epochs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that add gradients up among themselves, in barrier stages of a driver that is its own three workers. */
class JointTrainingTest {

    private static final int PARTITIONS = 3;
    private static final int BATCH = 96;
    private static final Synchronization TOGETHER = Synchronization.amongWorkers(15);

    @TempDir
    private Path folder;

    private static Layer normalised() {
        return Sequential.of(new Linear(64, 32), new BatchNorm(32), new ReLU(), new Linear(32, 10));
    }

    private static Recipe recipe(Recipe.Maker<Optimizer> optimizer) {
        return Recipe.of(JointTrainingTest::normalised, Losses::crossEntropy, optimizer)
                .seed(7);
    }

    private static Recipe recipe() {
        return recipe(() -> Sgd.of(Schedule.cosine(0.1, 100)).momentum(0.9).clipNorm(1));
    }

    private static SparkExamples digits() {
        return SparkExamples.of(
                        LocalSpark.CONTEXT.parallelize(OpticalDigits.lines(OpticalDigits.TRAINING), 2),
                        OpticalDigits::pixels,
                        OpticalDigits::label,
                        OpticalDigits.CLASSES)
                .partitions(PARTITIONS);
    }

    private static Batches held() {
        return OpticalDigits.rows(OpticalDigits.TEST).part(0, 100).batched(100);
    }

    private static List<Float> train(Recipe recipe, SparkExamples examples, int meetings) {
        var recorded = new RecordedLosses();
        try (var session = recipe.open();
                var source = SparkSource.of(recipe, examples, BATCH, TOGETHER);
                var trainer = source.trainer(session).listener(recorded).build()) {
            trainer.fit(source, held(), Epochs.of(5).atMostSteps(meetings));
        }
        return recorded.losses;
    }

    private static void requireLossesOfOneMachine(Recipe recipe) {
        Examples all = OpticalDigits.rows(OpticalDigits.TRAINING);
        var division = new Division(all.size(), PARTITIONS, BATCH);
        int epochs = 2;
        List<Float> each = OneMachine.losses(recipe, all, PARTITIONS, BATCH, epochs * division.batches());
        List<Float> losses = train(recipe, digits(), epochs * TOGETHER.count(division));
        assertThat(losses).hasSize(6);
        for (int i = 0; i < losses.size(); i++) {
            int epoch = i / TOGETHER.count(division);
            int meeting = i % TOGETHER.count(division);
            double sum = 0;
            int first = TOGETHER.firstBatch(division, meeting);
            int end = TOGETHER.firstBatch(division, meeting + 1);
            for (int batch = first; batch < end; batch++) {
                sum += each.get(epoch * division.batches() + batch) * (double) division.joint(batch, batch + 1);
            }
            assertThat((double) losses.get(i))
                    .as("meeting " + i)
                    .isCloseTo(sum / division.joint(first, end), within(1e-5));
        }
    }

    /** Batch normalisation, momentum, clipping and a schedule are those of the joint batches. */
    @Test
    void lossesAreThoseOfOneMachine() {
        requireLossesOfOneMachine(recipe());
    }

    @Test
    void lossesAreThoseOfOneMachine_withAdam() {
        requireLossesOfOneMachine(Recipe.of(OpticalDigits::network, Losses::crossEntropy, () -> AdamW.of(2e-3))
                .seed(7));
    }

    private byte[] run(Path checkpoints, int... epochs) throws IOException {
        Path model = folder.resolve("model");
        for (int until : epochs) {
            try (var session = recipe().open();
                    var source = SparkSource.of(recipe(), digits(), BATCH, TOGETHER);
                    var trainer = source.trainer(session)
                            .checkpoints(Checkpoints.in(checkpoints))
                            .listener(epoch -> {})
                            .build()) {
                trainer.resume(source, held(), Epochs.of(until));
                trainer.save(model);
            }
        }
        return Files.readAllBytes(model);
    }

    /** With what the optimizer keeps, which workers hand over with the weights. */
    @Test
    void aRunThatGoesOn_isTheUndisturbedOneToTheLastBit() throws IOException {
        assertThat(run(folder.resolve("cut"), 1, 2)).isEqualTo(run(folder.resolve("whole"), 2));
    }

    @Test
    void anExampleThatCannotBeLearntFrom_endsTheRunForAll() {
        SparkExamples wrong = digits().changed((examples, partition) -> partition == 1
                ? examples.augmented(1, (values, into, random) -> {
                    System.arraycopy(values, 0, into, 0, values.length);
                    into[3] = Float.NaN;
                })
                : examples);
        assertThatThrownBy(() -> train(recipe(), wrong, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("worker 127.0.0.1:", "partition 1: step 1: ", "NaN");
    }

    @Test
    void whatOverflows_isExplainedByThePartitionThatHasIt() {
        SparkExamples large = digits().changed((examples, partition) -> partition == 2
                ? examples.augmented(1, (values, into, random) -> {
                    for (int i = 0; i < values.length; i++) {
                        into[i] = 1e30f * values[i];
                    }
                })
                : examples);
        assertThatThrownBy(() -> train(recipe(), large, 1))
                .isInstanceOf(NotFiniteException.class)
                .hasMessageContaining(
                        "The learning rate was " + Schedule.cosine(0.1, 100).rate(15))
                .hasMessageContaining("partition 2: joint batch 1 of the epoch: ")
                .hasMessageNotContainingAny("partition 0: ", "partition 1: ");
    }

    private static final AtomicBoolean FAILED = new AtomicBoolean();

    private static void failOnce(float[] values, float[] into, SplittableRandom random) {
        System.arraycopy(values, 0, into, 0, values.length);
        if (random.nextInt(200) == 0 && FAILED.compareAndSet(false, true)) {
            throw new IllegalStateException("a machine on fire");
        }
    }

    @Test
    void aTaskThatIsLost_isRepeatedWithTheOthers() {
        FAILED.set(true);
        SparkExamples examples =
                digits().changed((part, partition) -> part.augmented(partition, JointTrainingTest::failOnce));
        List<Float> undisturbed = train(recipe(), examples, 3);
        FAILED.set(false);
        assertThat(train(recipe(), examples, 3)).isEqualTo(undisturbed);
        assertThat(FAILED).isTrue();
    }

    @Test
    void aTaskThatSparkKills_isToldSo() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var told = new CountDownLatch(1);
        LATCHES[0] = begun;
        LATCHES[1] = told;
        var job = LocalSpark.CONTEXT
                .parallelize(List.of(1), 1)
                .mapPartitions(all -> {
                    try (var watch = new KilledTask(TaskContext.get(), LATCHES[1]::countDown)) {
                        LATCHES[0].countDown();
                        assertThat(LATCHES[1].await(60, TimeUnit.SECONDS)).isTrue();
                    }
                    return all;
                })
                .collectAsync();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        job.cancel(true);
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
    }

    /** Of this process, in which the tasks run too. */
    private static final CountDownLatch[] LATCHES = new CountDownLatch[2];

    @Test
    void whatCannotLearnTogether() {
        assertThatThrownBy(() -> SparkSource.of(recipe(), digits(), 3822, TOGETHER))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "a joint batch of 1 cannot be shared among 3 workers that learn together: choose a batch size that "
                                + "leaves at least 3 examples for the last one");
        assertThatThrownBy(() -> SparkSource.of(recipe(), digits().partitions(4), BATCH, TOGETHER))
                .isInstanceOf(BatonException.class)
                .hasMessage(
                        "workers that learn together all compute at the same time: 4 partitions with 1 core each need more "
                                + "than the 3 that the cluster has; take fewer with examples.partitions(...)");
        Recipe following = recipe(() -> Sgd.of(PlateauSchedule.of(0.1)));
        assertThatThrownBy(() -> SparkSource.of(following, digits(), BATCH, TOGETHER))
                .isInstanceOf(BatonException.class)
                .hasMessageContaining("cannot follow a metric");
        assertThatThrownBy(() -> Synchronization.amongWorkers(0))
                .isInstanceOf(BatonException.class)
                .hasMessage("there is at least one step from one meeting of all machines to the next, not 0");
        assertThat(TOGETHER).hasToString("gradients of every step among workers, taken over after 15 steps");
    }
}
