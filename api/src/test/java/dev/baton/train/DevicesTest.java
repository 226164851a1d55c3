package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BackendException;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.nn.Tanh;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several devices that train together learn what one device does that has the whole batch. */
class DevicesTest {

    private static final String BACKEND = System.getProperty("baton.test.backend", "reference");
    private static final int CLASSES = 3;
    private static final int[] BATCHES = {8, 7, 8, 5, 3, 7};

    private static Session open(int devices) {
        return Session.open(BACKEND, 7, Precision.FLOAT32, devices);
    }

    private static Batch batch(int size, long seed, long... example) {
        var random = new Random(seed);
        var inputs = new float[size * (int) Shape.of(example).size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextGaussian();
        }
        int[] labels = random.ints(size, 0, CLASSES).toArray();
        return new Batch(
                NDArray.of(Shape.of(example).prepend(Dim.of(size)), inputs), NDArray.of(Shape.of(size), labels));
    }

    private static Batch batch(int size) {
        return batch(size, size, 6);
    }

    private static Layer perceptron() {
        return Sequential.of(new Linear(6, 10), new Tanh(), new Linear(10, CLASSES));
    }

    private static Layer pictures() {
        return Sequential.of(
                new Conv2d(2, 4, 3).padding(1),
                new BatchNorm(4),
                new ReLU(),
                new GlobalAveragePool(),
                new Linear(4, CLASSES));
    }

    /** The losses of each step and then every variable. */
    private static Map<String, double[]> train(
            int devices, Supplier<Layer> model, Supplier<Optimizer> optimizer, long... example) {
        var results = new LinkedHashMap<String, double[]>();
        try (var session = open(devices);
                var step = TrainStep.of(session, model.get(), Losses.crossEntropy(), optimizer.get())) {
            var losses = new double[BATCHES.length];
            var norms = new double[BATCHES.length];
            for (int i = 0; i < losses.length; i++) {
                StepResult result = step.run(batch(BATCHES[i], i, example));
                losses[i] = result.loss();
                norms[i] = result.gradientNorm();
            }
            results.put("losses", losses);
            results.put("gradient norms", norms);
            session.variables()
                    .forEach(name -> results.put(name, session.value(name).toDoubleArray()));
        }
        return results;
    }

    private static void compare(Map<String, double[]> alone, Map<String, double[]> together) {
        assertThat(together.keySet()).isEqualTo(alone.keySet());
        alone.forEach((name, values) -> assertThat(together.get(name)).as(name).containsExactly(values, within(1e-5)));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aPerceptron(int devices) {
        Supplier<Optimizer> optimizer = () -> AdamW.of(0.01).clipNorm(0.5);
        compare(train(1, DevicesTest::perceptron, optimizer, 6), train(devices, DevicesTest::perceptron, optimizer, 6));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void theStatisticsOfABatchAreThoseOfAllParts(int devices) {
        Supplier<Optimizer> optimizer = () -> Sgd.of(0.1).momentum(0.9);
        compare(
                train(1, DevicesTest::pictures, optimizer, 2, 5, 4),
                train(devices, DevicesTest::pictures, optimizer, 2, 5, 4));
    }

    @Test
    void whatIsWatchedIsThePartOfTheFirstDevice() {
        var linear = new Linear(6, 1);
        try (var session = open(2);
                var step = TrainStep.of(
                        session,
                        inputs -> {
                            inputs.get("x").multiply(2).watch("doubled");
                            return Layer.trace(linear, inputs.get("x")).mean();
                        },
                        Sgd.of(0.1))) {
            NDArray x = batch(5).inputs();
            step.run(Map.of("x", x));
            NDArray doubled = step.watched("doubled");
            assertThat(doubled.shape()).isEqualTo(Shape.of(2, 6));
            assertThat(doubled.get(11)).isEqualTo(2 * x.get(11));
        }
    }

    @Test
    void aStepThatIsNotFiniteChangesNoDevice() {
        try (var session = open(2);
                var step = TrainStep.of(session, perceptron(), Losses.crossEntropy(), Sgd.of(0.1))) {
            step.run(batch(8));
            double[] before = session.value("0.weight").toDoubleArray();
            // In the part of the second device alone.
            Batch bad = batch(8);
            bad.inputs().set(7 * 6, Double.POSITIVE_INFINITY);
            assertThatThrownBy(() -> step.run(bad))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("record 7 of the batch");
            assertThat(session.value("0.weight").toDoubleArray()).isEqualTo(before);
            double loss = step.run(batch(8)).loss();
            assertThat(loss).isEqualTo(alone().loss(), within(1e-6));
        }
    }

    /** The second step on this batch of one device that has not seen the bad one. */
    private static StepResult alone() {
        try (var session = open(1);
                var step = TrainStep.of(session, perceptron(), Losses.crossEntropy(), Sgd.of(0.1))) {
            step.run(batch(8));
            return step.run(batch(8));
        }
    }

    @Test
    void aBatchWithTooFewExamples() {
        try (var session = open(3);
                var step = TrainStep.of(session, perceptron(), Losses.crossEntropy(), Sgd.of(0.1))) {
            assertThatThrownBy(() -> step.run(batch(2)))
                    .isInstanceOf(DataException.class)
                    .hasMessage(
                            "a batch of 2 cannot be shared among 3 devices: choose a batch size that leaves at least 3 "
                                    + "examples for the last one");
            assertThat(step.run(batch(3)).step()).isEqualTo(1);
        }
    }

    @Test
    void whatIsSetIsSetOnAllDevices() {
        try (var session = open(2);
                var step = TrainStep.of(session, perceptron(), Losses.crossEntropy(), AdamW.of(0.1))) {
            step.run(batch(8));
            var checkpoint = step.checkpoint(Map.of());
            float second = step.run(batch(8)).loss();
            step.run(batch(7));
            step.restore(checkpoint);
            assertThat(step.run(batch(8)).loss()).isEqualTo(second);
        }
    }

    @Test
    void itSaysHowManyThereAre() {
        try (var session = open(2)) {
            assertThat(session.deviceCount()).isEqualTo(2);
            assertThat(session.device()).endsWith(", the first of 2 devices");
        }
        assertThatThrownBy(() -> open(0))
                .isInstanceOf(BackendException.class)
                .hasMessage("a session has at least one device, not 0");
    }

    @Test
    void closingTheSessionFirst() {
        var session = open(2);
        var step = TrainStep.of(session, perceptron(), Losses.crossEntropy(), Sgd.of(0.1));
        step.run(batch(8));
        session.close();
        session.close();
        step.close();
    }
}
