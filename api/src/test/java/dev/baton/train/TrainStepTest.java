package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Adagrad;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.Lion;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Parameters;
import dev.baton.optim.RmsProp;
import dev.baton.optim.Schedule;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainStepTest {

    /** Two classes of points: inside and outside of a circle. No straight line divides them. */
    private static Examples circle(int count) {
        var random = new SplittableRandom(5);
        var inputs = new float[count][];
        var labels = new int[count];
        for (int i = 0; i < count; i++) {
            inputs[i] = new float[] {(float) random.nextDouble(-1, 1), (float) random.nextDouble(-1, 1)};
            labels[i] = Math.hypot(inputs[i][0], inputs[i][1]) < 0.8 ? 1 : 0;
        }
        return Examples.of(inputs, labels, 2);
    }

    private static Sequential network() {
        return Sequential.of(new Linear(2, 16), new ReLU(), new Linear(16, 2));
    }

    static Stream<Optimizer> optimizers() {
        return Stream.of(
                Sgd.of(1.0),
                Sgd.of(0.1).momentum(0.9).weightDecay(1e-4),
                Sgd.of(0.1).momentum(0.9).nesterov(),
                Adam.of(0.02).weightDecay(1e-4),
                AdamW.of(Schedule.cosine(0.03, 400).warmUp(10)),
                RmsProp.of(0.01).momentum(0.5),
                Adagrad.of(0.2),
                Lion.of(0.003).weightDecay(0.1),
                AdamW.of(0.02)
                        .group(Parameters.vectors(), group -> group.weightDecay(0))
                        .clipNorm(1));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void learnsWhatNoLineDivides(Optimizer optimizer) {
        Examples examples = circle(400);
        Sequential model = network();
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), optimizer);
                var evaluation = Evaluation.of(session, model)) {
            for (int epoch = 0; epoch < 60; epoch++) {
                for (Batch batch : examples.shuffled(2).batched(64).epoch(epoch)) {
                    step.run(batch);
                }
            }
            assertThat(evaluation.accuracy(examples.batched(100))).isGreaterThan(0.95);
        }
    }

    @Test
    void fitIsTheLoopByHand() {
        Examples examples = circle(200);
        Sequential model = network();
        var lines = new java.util.ArrayList<EpochResult>();
        try (var session = Session.open("reference", 1);
                var trainer = Trainer.of(session, model)
                        .loss(Losses.crossEntropy())
                        .optimizer(Adam.of(0.02))
                        .metric(Metrics.accuracy())
                        .listener(lines::add)
                        .build()) {
            var results = trainer.fit(examples.shuffled(1).batched(32), examples.batched(64), Epochs.of(20));
            assertThat(results).hasSize(20).isEqualTo(lines);
            assertThat(results.get(19).loss()).isLessThan(results.get(0).loss() / 2);
            assertThat(results.get(19).metric("accuracy")).isGreaterThan(0.9);
            assertThat(results.get(19).toString())
                    .startsWith("epoch 20/20  loss 0.")
                    .endsWith(" samples/s  0 s left");
            assertThatThrownBy(() -> results.get(0).metric("recall"))
                    .hasMessage("there is no metric 'recall'; the trainer was given [accuracy]");
            assertThatThrownBy(
                            () -> Trainer.of(session, model).loss(Losses.mse()).build())
                    .hasMessageStartingWith("a trainer needs an optimizer: ");
            assertThatThrownBy(() -> Epochs.of(0)).hasMessage("a training run lasts at least one epoch, not 0");
            assertThatThrownBy(() -> Epochs.of(1).atMostSteps(0))
                    .hasMessage("a training run lasts at least one step, not 0");
        }
    }

    @Test
    void fitEndsAfterSoManySteps() {
        Examples examples = circle(200);
        var steps = new int[1];
        try (var session = Session.open("reference", 1);
                var trainer = Trainer.of(session, network())
                        .loss(Losses.crossEntropy())
                        .optimizer(Adam.of(0.02))
                        .listener(new TrainingListener() {
                            @Override
                            public void epoch(EpochResult result) {}

                            @Override
                            public void batch(int epoch, int batch, int batches, float loss) {
                                steps[0]++;
                            }
                        })
                        .build()) {
            var batches = examples.batched(32);
            assertThat(batches.count()).isEqualTo(7);
            var results = trainer.fit(batches, batches, Epochs.of(20).atMostSteps(9));
            assertThat(steps[0]).isEqualTo(9);
            assertThat(results).extracting(EpochResult::epochs).containsExactly(2, 2);
            assertThat(results.get(1).left()).isZero();
            assertThat(results.get(1).loss())
                    .as("of the 64 examples that were seen")
                    .isBetween(0.1, 2.0);
            assertThat(trainer.fit(batches, batches, Epochs.of(1).atMostSteps(7)))
                    .hasSize(1);
            assertThat(trainer.fit(batches, batches, Epochs.of(2).atMostSteps(1000)))
                    .hasSize(2);
            assertThat(steps[0]).isEqualTo(9 + 7 + 14);
            assertThat(Epochs.of(1)).hasToString("1 epoch");
            assertThat(Epochs.of(2000).atMostSteps(5000)).hasToString("2,000 epochs, at most 5,000 steps");
        }
    }

    @Test
    void theSameSeedGivesTheSameBits() {
        assertThat(weightsAfterTenSteps(3)).isEqualTo(weightsAfterTenSteps(3));
        assertThat(weightsAfterTenSteps(3)).isNotEqualTo(weightsAfterTenSteps(4));
    }

    private static float[] weightsAfterTenSteps(long seed) {
        Sequential model = Sequential.of(new Linear(2, 8), new ReLU(), new Dropout(0.5), new Linear(8, 2));
        try (var session = Session.open("reference", seed);
                var step = TrainStep.of(session, model, Losses.crossEntropy().labelSmoothing(0.1), AdamW.of(1e-2))) {
            circle(320).batched(32).forEach(step::run);
            return session.value("0.weight").toFloatArray();
        }
    }

    @Test
    void aWrongShapeNamesOperationLayerAndLine() {
        var model =
                Sequential.of(new Linear(2, 5), new ReLU(), new Linear(4, 2)).named("classifier");
        try (var session = Session.open("reference");
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Sgd.of(0.1))) {
            assertThatThrownBy(() -> step.run(circle(8).batched(8).iterator().next()))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith("matmul: the inner sizes differ: [N, 5] x [4, 2]\n"
                            + "  in  classifier.2: Linear(4 -> 2)\n"
                            + "  at  TrainStepTest.java:")
                    .hasMessageEndingWith("\n  the layer before it, classifier.1: ReLU, gives [N, 5]");
        }
    }

    @Test
    void parametersAreMadeInTheConstructor() {
        var careless = new Layer() {
            @Override
            public Tensor forward(Tensor x) {
                return new Linear(2, 2).forward(x);
            }
        };
        try (var session = Session.open("reference");
                var step = TrainStep.of(session, careless, Losses.crossEntropy(), Sgd.of(0.1))) {
            assertThatThrownBy(() -> step.run(circle(8).batched(8).iterator().next()))
                    .isInstanceOf(BatonException.class)
                    .hasMessageStartingWith("parameter 'weight' of Linear(2 -> 2) was created inside forward")
                    .hasMessageContaining("at  TrainStepTest.java:");
        }
    }

    @Test
    void wrongUseIsExplained() {
        Batch batch = circle(8).batched(8).iterator().next();
        var session = Session.open("reference");
        var step = TrainStep.of(session, network(), Losses.crossEntropy(), Sgd.of(0.1));
        assertThatThrownBy(step::explain)
                .isInstanceOf(StateException.class)
                .hasMessage("the training step is traced at its first batch: run one, then explain");
        step.prepare(batch);
        assertThatThrownBy(step::explain)
                .isInstanceOf(StateException.class)
                .hasMessage("the training step has not run yet: run a batch first");
        step.run(batch);
        assertThat(step.explain()).isEqualTo(step.explain(8)).contains("matmul").contains("float32[8, 16]");
        assertThatThrownBy(() -> step.run(new Batch(NDArray.of(Shape.of(8, 3), new float[24]), batch.targets())))
                .isInstanceOf(ShapeException.class)
                .hasMessage("the training step takes 'inputs' as float32[N, 2], not float32[8, 3]");
        session.close();
        assertThatThrownBy(() -> step.run(batch))
                .isInstanceOf(StateException.class)
                .hasMessageMatching("the session opened at TrainStepTest.java:\\d+ is closed");
        step.close();
        assertThatThrownBy(() -> step.run(batch))
                .isInstanceOf(StateException.class)
                .hasMessageMatching("the training step opened at TrainStepTest.java:\\d+ is closed");
        assertThatThrownBy(() -> Session.open("tpu"))
                .hasMessageStartingWith(
                        "there is no backend named 'tpu'; found on the class path:\n  reference: available");
        assertThatThrownBy(() -> Sgd.of(Double.NaN)).hasMessage("a learning rate is a positive number, not NaN");
        assertThatThrownBy(() -> circle(4).batched(0))
                .isInstanceOf(DataException.class)
                .hasMessage("a batch holds at least one example, not 0");
        assertThatThrownBy(() -> Examples.of(new float[][] {{1}, {2}}, new int[] {0, 7}, 2))
                .hasMessage("example 1 has label 7; with 2 classes, labels are 0 to 1");
        assertThatThrownBy(() -> Examples.of(new float[][] {{1, Float.NaN}}, new int[] {0}, 2))
                .hasMessage("example 0, value 1 is NaN, not a finite number");
    }
}
