package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.Examples;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Synchronization;
import dev.baton.loss.Losses;
import dev.baton.nn.Linear;
import dev.baton.optim.Sgd;
import dev.baton.train.Epochs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Training on Spark, with a driver that is its own three workers. */
class SparkSourceTest {

    private static final Recipe RECIPE = Recipe.of(
                    OpticalDigits::network,
                    Losses::crossEntropy,
                    () -> Sgd.of(0.05).momentum(0.9))
            .seed(7);

    private static SparkExamples digits(int inputPartitions) {
        return SparkExamples.of(
                LocalSpark.CONTEXT.parallelize(OpticalDigits.lines(OpticalDigits.TRAINING), inputPartitions),
                OpticalDigits::pixels,
                OpticalDigits::label,
                OpticalDigits.CLASSES);
    }

    private static List<Float> train(Recipe recipe, SparkExamples examples, Synchronization way, int steps) {
        var recorded = new RecordedLosses();
        try (var session = recipe.open();
                var source = SparkSource.of(recipe, examples, 96, way);
                var trainer = source.trainer(session).listener(recorded).build()) {
            Examples test = OpticalDigits.rows(OpticalDigits.TEST).part(0, 100);
            trainer.fit(source, test.batched(100), Epochs.of(5).atMostSteps(steps));
        }
        return recorded.losses;
    }

    private static void negative(float[] values, float[] into, SplittableRandom random) {
        for (int i = 0; i < values.length; i++) {
            into[i] = -values[i];
        }
    }

    @Test
    void lossesAreThoseOfOneMachine() {
        List<Float> expected = OneMachine.losses(RECIPE, OpticalDigits.rows(OpticalDigits.TRAINING), 3, 96, 45);
        List<Float> losses = train(RECIPE, digits(2), Synchronization.everyStep(), 45);
        assertThat(losses).hasSameSizeAs(expected);
        for (int i = 0; i < losses.size(); i++) {
            assertThat(losses.get(i)).as("step " + i).isCloseTo(expected.get(i), within(1e-5f));
        }
    }

    @Test
    void howRecordsLieAndWhoReadsThemDoesNotMatter() {
        var way = Synchronization.afterSteps(10);
        List<Float> losses = train(RECIPE, digits(2), way, 4);
        assertThat(train(RECIPE, digits(7), way, 4)).isEqualTo(losses);
        SparkExamples read =
                SparkExamples.reading(LocalSpark.CONTEXT, () -> OpticalDigits.rows(OpticalDigits.TRAINING));
        assertThat(train(RECIPE, read, way, 4)).isEqualTo(losses);
    }

    @Test
    void examplesAreChangedAnewInEveryEpoch() {
        var seen = new ArrayList<Float>();
        SparkExamples one = digits(2).partitions(1);
        for (SparkExamples examples :
                List.of(one, one.changed((all, partition) -> all.augmented(partition, SparkSourceTest::negative)))) {
            seen.add(train(RECIPE, examples, Synchronization.everyStep(), 1).get(0));
        }
        assertThat(seen.get(1)).isNotEqualTo(seen.get(0));
    }

    @Test
    void whatChangesExamplesTellsRunsApart() {
        var identities = new HashSet<String>();
        SparkExamples one = digits(2).partitions(1);
        for (SparkExamples examples : List.of(
                one,
                one.changed((all, partition) -> all.augmented(1, SparkSourceTest::negative)),
                one.changed((all, partition) -> all.augmented(2, SparkSourceTest::negative)))) {
            try (var source = SparkSource.of(RECIPE, examples, 96, Synchronization.everyStep())) {
                identities.add(source.identity());
            }
        }
        assertThat(identities).hasSize(3);
    }

    @Test
    void numbersToPredict() {
        Recipe recipe = Recipe.of(() -> new Linear(2, 1), Losses::mse, () -> Sgd.of(0.3));
        var records = new ArrayList<float[]>();
        for (int i = 0; i < 100; i++) {
            records.add(new float[] {i % 10 / 10f, i / 10 / 10f});
        }
        SparkExamples sums = SparkExamples.of(
                LocalSpark.CONTEXT.parallelize(records, 4), one -> one, one -> new float[] {one[0] + one[1]});
        List<Float> losses = train(recipe, sums.partitions(3), Synchronization.everyStep(), 10);
        assertThat(losses.get(8)).isLessThan(losses.get(0) / 2);
    }

    @Test
    void timesAreCounted() {
        try (var session = RECIPE.open();
                var source = SparkSource.of(RECIPE, digits(3), 96, Synchronization.everyStep());
                var trainer = source.trainer(session).listener(epoch -> {}).build()) {
            assertThat(source.times()).isEqualTo(StepTimes.NONE);
            assertThat(source.times().communicationShare()).isZero();
            trainer.fit(
                    source,
                    OpticalDigits.rows(OpticalDigits.TEST).part(0, 10).batched(10),
                    Epochs.of(1).atMostSteps(3));
            assertThat(source.times().steps()).isEqualTo(3);
            assertThat(source.times().computing())
                    .isGreaterThan(0)
                    .isLessThan(source.times().seconds());
            assertThat(source)
                    .hasToString("gradients of every step, 40 joint batches of 96: 3,823 examples over 3 partitions");
        }
    }

    @Test
    void fewerExamplesThanPartitions() {
        SparkExamples few = SparkExamples.of(
                LocalSpark.CONTEXT.parallelize(
                        OpticalDigits.lines(OpticalDigits.TRAINING).subList(0, 2), 5),
                OpticalDigits::pixels,
                OpticalDigits::label,
                OpticalDigits.CLASSES);
        assertThatThrownBy(() -> SparkSource.of(RECIPE, few.partitions(3), 96, Synchronization.everyStep()))
                .isInstanceOf(DataException.class)
                .hasMessageMatching(
                        "partition 2 on worker 127\\.0\\.0\\.1:\\d+ \\(executor driver\\): no examples; there are "
                                + "2 for 3 partitions: take fewer with partitions\\(2\\)");
    }

    @Test
    void aRecordThatCannotBeUsed() {
        SparkExamples wrong = SparkExamples.of(
                LocalSpark.CONTEXT.parallelize(List.of("0", "1", "2", "12"), 2),
                one -> new float[] {1, 2},
                Integer::parseInt,
                10);
        assertThatThrownBy(() -> SparkSource.of(RECIPE, wrong.partitions(2), 96, Synchronization.everyStep()))
                .isInstanceOf(DataException.class)
                .hasMessageMatching(
                        "record 1 of partition 1 on worker .* has label 12; with 10 classes, labels are 0 to 9");
        SparkExamples endless = SparkExamples.of(
                LocalSpark.CONTEXT.parallelize(List.of(1f, 0f), 1), one -> new float[] {1 / one}, one -> 0, 10);
        assertThatThrownBy(() -> SparkSource.of(RECIPE, endless.partitions(1), 96, Synchronization.everyStep()))
                .isInstanceOf(DataException.class)
                .hasMessageMatching("record 1 of partition 0 on worker .*, value 0 is Infinity, not a finite number");
    }

    @Test
    void aFunctionThatFailsOnARecord() {
        SparkExamples wrong = SparkExamples.of(
                LocalSpark.CONTEXT.parallelize(List.of("0", "1", "2", "three"), 2),
                one -> new float[] {1, 2},
                Integer::parseInt,
                10);
        // The RDDs themselves: what nobody holds Spark may free at any time.
        var kept = Map.copyOf(LocalSpark.CONTEXT.getPersistentRDDs());
        assertThatThrownBy(() -> SparkSource.of(RECIPE, wrong.partitions(2), 96, Synchronization.everyStep()))
                .isInstanceOf(DataException.class)
                .hasMessageMatching("record 1 of partition 1 on worker .* does not become numbers: "
                        + "java.lang.NumberFormatException: For input string: \"three\"");
        assertThat(LocalSpark.CONTEXT.getPersistentRDDs().keySet()).isEqualTo(kept.keySet());
    }

    @Test
    void whatIsFrozenStaysInRounds() {
        Recipe recipe = Recipe.of(
                OpticalDigits::network,
                Losses::crossEntropy,
                () -> Sgd.of(0.05).freeze(one -> one.name().startsWith("0.")));
        List<Float> losses = train(recipe, digits(2), Synchronization.afterSteps(10), 8);
        assertThat(losses.get(7)).isLessThan(losses.get(0));
    }

    @Test
    void aRunThatIsInterruptedLeavesNoJobBehind() throws InterruptedException {
        var failure = new AtomicReference<RuntimeException>();
        var stayed = new AtomicBoolean();
        var thread = new Thread(() -> {
            try {
                SparkJobs.run(
                        LocalSpark.CONTEXT.sc(),
                        () -> LocalSpark.CONTEXT
                                .parallelize(List.of(1), 1)
                                .map(one -> {
                                    Thread.sleep(60_000);
                                    return one;
                                })
                                .collect());
            } catch (RuntimeException e) {
                failure.set(e);
                stayed.set(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        awaitJobs(1);
        thread.interrupt();
        thread.join();
        assertThat(failure.get()).hasMessage("interrupted while Spark ran a job, which has been cancelled");
        assertThat(stayed).isTrue();
        awaitJobs(0);
    }

    private static void awaitJobs(int count) throws InterruptedException {
        for (int i = 0; i < 300 && LocalSpark.CONTEXT.statusTracker().getActiveJobIds().length != count; i++) {
            Thread.sleep(100);
        }
        assertThat(LocalSpark.CONTEXT.statusTracker().getActiveJobIds()).hasSize(count);
    }

    @Test
    void aModelThatDoesNotFitTheExamples() {
        Recipe recipe = Recipe.of(() -> new Linear(63, 10), Losses::crossEntropy, () -> Sgd.of(0.1));
        assertThatThrownBy(() -> train(recipe, digits(3), Synchronization.everyStep(), 1))
                .hasMessageContaining("63");
    }

    @Test
    void wrongArguments() {
        assertThatThrownBy(() -> digits(1).partitions(0))
                .isInstanceOf(DataException.class)
                .hasMessage("examples lie in at least one partition, not in 0");
        assertThatThrownBy(() -> SparkSource.of(
                        RECIPE, digits(1).shape(Shape.of(7, 8)).partitions(1), 96, Synchronization.everyStep()))
                .isInstanceOf(DataException.class)
                .hasMessage("examples of 64 values cannot be of the shape [7, 8]: it has 56");
    }
}
