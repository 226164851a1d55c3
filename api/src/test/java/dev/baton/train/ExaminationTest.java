package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.NotFiniteException;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Dropout;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An examined step on a backend: the step that is taken anyway, and what is told of it. */
class ExaminationTest {

    private static final String BACKEND = System.getProperty("baton.test.backend", "reference");
    private static final int CLASSES = 3;

    private static Session open(int devices) {
        return Session.open(BACKEND, 3, Precision.FLOAT32, devices);
    }

    private static Batch batch(int size, long seed) {
        var random = new Random(seed);
        Shape shape = Shape.of(2, 5, 6).prepend(Dim.of(size));
        var inputs = new float[(int) shape.size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextGaussian();
        }
        return new Batch(
                NDArray.of(shape, inputs),
                NDArray.of(Shape.of(size), random.ints(size, 0, CLASSES).toArray()));
    }

    private static Layer model() {
        return Sequential.of(
                new Conv2d(2, 4, 3).padding(1),
                new BatchNorm(4),
                new ReLU(),
                new GlobalAveragePool(),
                new Linear(4, 9),
                new Dropout(0.3),
                new ReLU(),
                new Linear(9, CLASSES));
    }

    private static TrainStep step(Session session, Optimizer optimizer) {
        return TrainStep.of(session, model(), Losses.crossEntropy(), optimizer);
    }

    private static Map<String, float[]> variables(Session session) {
        var values = new LinkedHashMap<String, float[]>();
        session.variables().forEach(name -> values.put(name, session.value(name).toFloatArray()));
        return values;
    }

    private static void assertSame(Map<String, float[]> variables, Map<String, float[]> others) {
        assertThat(variables.keySet()).isEqualTo(others.keySet());
        variables.forEach((name, values) -> assertThat(values).as(name).containsExactly(others.get(name)));
    }

    static Stream<Arguments> optimizers() {
        return Stream.<Supplier<Optimizer>>of(
                        () -> AdamW.of(1e-2),
                        () -> Sgd.of(0.1).momentum(0.9).nesterov().clipNorm(0.5),
                        () -> Sgd.of(0.1).accumulate(2))
                .flatMap(optimizer -> Stream.of(1, 2).map(devices -> Arguments.of(optimizer, devices)));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void examinedSteps_leaveTheSameVariables_asPlainOnes(Supplier<Optimizer> optimizer, int devices) {
        try (var plain = open(devices);
                var steps = step(plain, optimizer.get());
                var examined = open(devices);
                var looking = step(examined, optimizer.get())) {
            for (int i = 0; i < 5; i++) {
                Batch batch = batch(4 + i % 2, i);
                float loss = steps.run(batch).loss();
                if (i % 2 == 0) {
                    LossChange change = looking.examine(batch);
                    assertThat(change.step()).isEqualTo(i + 1);
                    assertThat((float) change.before()).isEqualTo(loss);
                } else {
                    assertThat(looking.run(batch).loss()).isEqualTo(loss);
                }
            }
            assertSame(variables(examined), variables(plain));
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void theGains_predict_whatASmallStepGains(Supplier<Optimizer> unused, int devices) {
        try (var session = open(devices);
                var step = step(session, Sgd.of(1e-2))) {
            for (int i = 0; i < 3; i++) {
                LossChange change = step.examine(batch(6, i));
                assertThat(change.predicted()).isPositive();
                // The curve of the loss bends; a hundredth of a rate of 1 leaves a few percent of it.
                assertThat(change.measured()).isCloseTo(change.predicted(), within(0.1 * change.predicted()));
                for (LossChange.Part part : change.parameters()) {
                    // Plain gradient descent goes straight down: rate times gradient.
                    assertThat(part.changeNorm()).isCloseTo(1e-2 * part.gradientNorm(), within(1e-6));
                    if (part.changeNorm() > 1e-6) {
                        assertThat(part.direction()).isCloseTo(1, within(1e-3));
                    }
                }
            }
        }
    }

    @Test
    void aStepThatOnlyAccumulates_changesNothing() {
        try (var session = open(1);
                var step = step(session, Sgd.of(0.1).accumulate(2))) {
            LossChange first = step.examine(batch(5, 1));
            assertThat(first.predicted()).isZero();
            assertThat(first.after()).isEqualTo(first.before());
            assertThat(first.parameters())
                    .allSatisfy(part -> assertThat(part.changeNorm()).isZero());
            assertThat(step.examine(batch(5, 2)).predicted()).isPositive();
        }
    }

    @Test
    void aStepThatFails_changesNothing_andTheNextOneGoesOn() {
        try (var session = open(1);
                var step = step(session, Sgd.of(0.1).momentum(0.9))) {
            step.examine(batch(5, 1));
            Map<String, float[]> before = variables(session);
            Batch good = batch(5, 2);
            var wrongLabel = new Batch(good.inputs(), NDArray.of(Shape.of(5), new int[] {0, 1, 7, 0, 0}));
            assertThatThrownBy(() -> step.examine(wrongLabel))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("step 2");
            var nothing = new Batch(batch(0, 1).inputs(), NDArray.of(Shape.of(0), new int[0]));
            assertThatThrownBy(() -> step.examine(nothing))
                    .isInstanceOf(DataException.class)
                    .hasMessage("step 2: the batch is empty");
            float[] infinite = good.inputs().toFloatArray();
            for (int i = 0; i < infinite.length; i++) {
                infinite[i] *= 1e38f;
            }
            assertThatThrownBy(() ->
                            step.examine(new Batch(NDArray.of(good.inputs().shape(), infinite), good.targets())))
                    .isInstanceOfAny(NotFiniteException.class, DataException.class);
            assertSame(variables(session), before);
            assertThat(step.steps()).isEqualTo(1);
            assertThat(step.examine(good).step()).isEqualTo(2);
        }
    }

    @Test
    void whatWasSeen_isWorthReading() {
        try (var session = open(1);
                var step = step(session, Sgd.of(0.1))) {
            LossChange change = step.examine(batch(5, 1));
            assertThat(change.layers()).extracting(LossChange.Part::name).containsExactly("0", "1", "4", "7");
            assertThat(change.layers().stream()
                            .mapToDouble(LossChange.Part::gain)
                            .sum())
                    .isCloseTo(change.predicted(), within(1e-12));
            assertThat(change.toString().lines())
                    .hasSize(6)
                    .anyMatch(line -> line.startsWith("layer"))
                    .first()
                    .asString()
                    .startsWith("step 1: the loss of its batch went from ");
            assertThat(step.gradientNorms())
                    .containsOnlyKeys(change.parameters().stream()
                            .map(LossChange.Part::name)
                            .toList());
        }
    }
}
