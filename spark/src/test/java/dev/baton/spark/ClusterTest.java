package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.Shape;
import dev.baton.data.Batches;
import dev.baton.data.Examples;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Synchronization;
import dev.baton.loss.Losses;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import dev.baton.train.Epochs;
import dev.baton.train.Evaluation;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both ways of training on a cluster of a master and three workers, beside one machine. */
@Tag("cluster")
class ClusterTest {

    private static final int WORKERS = 3;
    private static final int BATCH = 96;

    private static StandaloneCluster cluster;
    private static JavaSparkContext context;

    /** What is trained. */
    enum Task {
        DIGITS(null),
        CONVOLUTIONAL(OpticalDigits.PICTURE);

        final Shape shape;

        Task(Shape shape) {
            this.shape = shape;
        }

        Recipe recipe() {
            Recipe recipe = this == DIGITS
                    ? Recipe.of(OpticalDigits::network, Losses::crossEntropy, () -> AdamW.of(2e-3))
                    : Recipe.of(OpticalDigits::convolutional, Losses::crossEntropy, () -> AdamW.of(2e-3));
            return recipe.seed(7);
        }

        Examples examples(String file) {
            return shape == null ? OpticalDigits.rows(file) : OpticalDigits.pictures(file);
        }

        SparkExamples onSpark() {
            SparkExamples examples = SparkExamples.of(
                    context.parallelize(OpticalDigits.lines(OpticalDigits.TRAINING), WORKERS),
                    OpticalDigits::pixels,
                    OpticalDigits::label,
                    OpticalDigits.CLASSES);
            return (shape == null ? examples : examples.shape(shape)).partitions(WORKERS);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        cluster = StandaloneCluster.start(Path.of("target/cluster"), WORKERS);
        context = new JavaSparkContext(cluster.configuration("both ways"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (context != null) {
            context.close();
        }
        cluster.close();
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfEveryStepGiveTheLossesOfOneMachine(Task task) {
        Examples training = task.examples(OpticalDigits.TRAINING);
        List<Float> expected = OneMachine.losses(task.recipe(), training, WORKERS, BATCH, 50);
        var recorded = new RecordedLosses();
        try (var session = task.recipe().open(null);
                var source = SparkSource.of(task.recipe(), task.onSpark(), BATCH, Synchronization.everyStep());
                var trainer = task.recipe().trainer(session).listener(recorded).build()) {
            assertThat(source.workers()).hasSize(WORKERS);
            trainer.fit(source, training.part(0, 100).batched(100), Epochs.of(5).atMostSteps(50));
            System.out.println("measured: " + task + ", gradients, " + source.times());
        }
        double largest = 0;
        for (int i = 0; i < 50; i++) {
            assertThat(recorded.losses.get(i)).as("step " + i).isCloseTo(expected.get(i), within(1e-5f));
            largest = Math.max(largest, Math.abs(recorded.losses.get(i) - expected.get(i)));
        }
        System.out.println("measured: " + task + ", the largest difference of a loss to one machine's is " + largest);
    }

    @ParameterizedTest
    @EnumSource
    void roundsReachTheAccuracyOfOneMachine(Task task) {
        int epochs = 12;
        Batches training = task.examples(OpticalDigits.TRAINING).shuffled(7).batched(BATCH);
        Batches test = task.examples(OpticalDigits.TEST).batched(256);
        double one;
        try (var session = task.recipe().open(null);
                var trainer = task.recipe().trainer(session).listener(epoch -> {}).build();
                var evaluation = Evaluation.of(session, task.recipe().newModel())) {
            trainer.fit(training, test, Epochs.of(epochs));
            one = evaluation.accuracy(test);
        }
        System.out.println(one);
    }
}
