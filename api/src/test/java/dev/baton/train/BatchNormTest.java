package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.NDArray;
import dev.baton.NotFiniteException;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.data.Batch;
import dev.baton.infer.Predictor;
import dev.baton.loss.Losses;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What batch normalisation gathers in training and what becomes of it. */
class BatchNormTest {

    private static final NDArray FOUR = NDArray.of(Shape.of(4, 2), 1, 10, 2, 20, 3, 30, 6, 20f);

    private static NDArray targets(int... labels) {
        return NDArray.of(Shape.of(labels.length), labels);
    }

    private static Batch batch() {
        return new Batch(FOUR, targets(0, 1, 0, 1));
    }

    private static float[] value(Session session, String variable) {
        return session.value(variable).toFloatArray();
    }

    @Test
    void aStepMovesRunningMeanAndUnbiasedVariance() {
        var model = Sequential.of(new BatchNorm(2).momentum(0.25), new Linear(2, 2));
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Sgd.of(0.1))) {
            step.prepare(batch());
            assertThat(value(session, "0.running_mean")).containsExactly(0, 0);
            assertThat(value(session, "0.running_var")).containsExactly(1, 1);
            step.run(batch());
            // Means 3 and 20; squared deviations 4 + 1 + 0 + 9 and 100 + 0 + 100 + 0, divided by 3.
            assertThat(value(session, "0.running_mean")).containsExactly(new float[] {0.75f, 5}, within(1e-6f));
            assertThat(value(session, "0.running_var"))
                    .containsExactly(new float[] {0.75f + 14 / 12f, 0.75f + 200 / 12f}, within(1e-5f));
            step.run(batch());
            assertThat(value(session, "0.running_mean"))
                    .containsExactly(new float[] {0.75f * 1.75f, 8.75f}, within(1e-5f));
        }
    }

    /** A layer that is used twice in a step, as a critic of true and false pictures is, sees two batches. */
    @Test
    void usesInOneStepAreGatheredOneAfterTheOther() {
        var norm = new BatchNorm(2).momentum(0.5).named("norm");
        NDArray other = NDArray.of(Shape.of(2, 2), 7, 1, 9, 3f);
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(
                        session,
                        inputs -> Layer.trace(norm, inputs.get("a"))
                                .square()
                                .mean()
                                .add(Layer.trace(norm, inputs.get("b")).square().mean()),
                        Sgd.of(0.1))) {
            step.run(Map.of("a", NDArray.of(Shape.of(2, 2), 1, 2, 3, 4f), "b", other));
            // From 0 by halves to 2 and 3, and then to 8 and 2.
            assertThat(value(session, "norm.running_mean")).containsExactly(new float[] {4.5f, 1.75f}, within(1e-6f));
        }
    }

    @Test
    void aStepThatIsNotFiniteGathersNothing() {
        var model = Sequential.of(new BatchNorm(2), new Linear(2, 2));
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Sgd.of(0.1))) {
            step.run(batch());
            float[] mean = value(session, "0.running_mean");
            float[] variance = value(session, "0.running_var");
            NDArray weight = session.value("1.weight");
            session.set("1.weight", NDArray.of(Shape.of(2, 2), Float.NaN, 0, 0, 0));
            assertThatThrownBy(() -> step.run(batch())).isInstanceOf(NotFiniteException.class);
            // The loss and its gradients are finite here, but the variance is not.
            session.set("1.weight", weight);
            NDArray huge = NDArray.of(Shape.of(4, 2), 1e25f, 10, -2e25f, 20, 3e25f, 30, 6e25f, 20f);
            assertThatThrownBy(() -> step.run(new Batch(huge, targets(0, 1, 0, 1))))
                    .isInstanceOf(NotFiniteException.class)
                    .hasMessageContaining("in  0: BatchNorm(2)");
            assertThat(value(session, "0.running_mean")).isEqualTo(mean);
            assertThat(value(session, "0.running_var")).isEqualTo(variance);
        }
    }

    @Test
    void aBatchOfOneIsNoDistribution() {
        var model = Sequential.of(new BatchNorm(2), new Linear(2, 2));
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Sgd.of(0.1))) {
            step.run(batch());
            var one = new Batch(NDArray.of(Shape.of(1, 2), 1, 2f), targets(1));
            assertThatThrownBy(() -> step.run(one))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith(
                            "batch norm: x [1, 2] has one value of each channel, which is no distribution"
                                    + " to learn from: a batch needs two or more\n  in  0: BatchNorm(2)\n  at  BatchNormTest.java:");
            assertThat(step.run(batch()).step()).isEqualTo(2);
        }
    }

    @Test
    void answersComeFromTheRunningStatisticsAndLeaveThem() {
        var model = Sequential.of(new BatchNorm(2).epsilon(0.5), new Linear(2, 2));
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Sgd.of(0.1))) {
            step.prepare(batch());
            session.set("0.running_mean", NDArray.of(Shape.of(2), 1, 20f));
            session.set("0.running_var", NDArray.of(Shape.of(2), 3.5f, 99.5f));
            session.set("0.weight", NDArray.of(Shape.of(2), 2, 10f));
            session.set("0.bias", NDArray.of(Shape.of(2), 0, 7f));
            session.set("1.weight", NDArray.of(Shape.of(2, 2), 1, 0, 0, 1f));
            float[] expected = {0, -3, 1, 7, 2, 17, 5, 7};
            try (var predictor = Predictor.of(session, model)) {
                assertThat(predictor.predict(FOUR).toFloatArray()).containsExactly(expected, within(1e-5f));
                session.set("0.running_mean", NDArray.of(Shape.of(2), 99, 99f));
                assertThat(predictor.predict(FOUR).toFloatArray())
                        .as("a copy of the statistics, which stays")
                        .containsExactly(expected, within(1e-5f));
            }
        }
    }
}
