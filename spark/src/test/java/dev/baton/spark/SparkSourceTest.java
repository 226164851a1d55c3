package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DataException;
import dev.baton.data.Examples;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Synchronization;
import dev.baton.io.Weights;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.optim.AdamW;
import dev.baton.optim.Sgd;
import dev.baton.train.Epochs;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Training on Spark, with a driver that is its own three workers. */
class SparkSourceTest {

    private static final Recipe RECIPE = Recipe.of(
                    OpticalDigits::network, Losses::crossEntropy, () -> Sgd.of(0.05).momentum(0.9))
            .seed(7);

    private static JavaSparkContext context;

    @BeforeAll
    static void start() {
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[3]")
                .setAppName("tests")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1"));
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    private static SparkExamples digits(int inputPartitions) {
        return SparkExamples.of(
                context.parallelize(OpticalDigits.lines(OpticalDigits.TRAINING), inputPartitions),
                OpticalDigits::pixels,
                OpticalDigits::label,
                OpticalDigits.CLASSES);
    }

    private static List<Float> train(Recipe recipe, SparkExamples examples, Synchronization way, int steps) {
        var recorded = new RecordedLosses();
        try (var session = recipe.open(null);
                var source = SparkSource.of(recipe, examples, 96, way);
                var trainer = recipe.trainer(session).listener(recorded).build()) {
            Examples test = OpticalDigits.rows(OpticalDigits.TEST).part(0, 100);
            trainer.fit(source, test.batched(100), Epochs.of(5).atMostSteps(steps));
        }
        return recorded.losses;
    }

    @Test
    void lossesAreThoseOfOneMachine() {
        List<Float> expected =
                OneMachine.losses(RECIPE, OpticalDigits.rows(OpticalDigits.TRAINING), 3, 96, 45);
        List<Float> losses = train(RECIPE, digits(2), Synchronization.everyStep(), 45);
        assertThat(losses).hasSameSizeAs(expected);
        for (int i = 0; i < losses.size(); i++) {
            assertThat(losses.get(i)).as("step " + i).isCloseTo(expected.get(i), within(1e-5f));
        }
    }

    @Test
    void howRecordsLieDoesNotMatter() {
        var way = Synchronization.afterSteps(10);
        assertThat(train(RECIPE, digits(2), way, 4)).isEqualTo(train(RECIPE, digits(7), way, 4));
    }
}
