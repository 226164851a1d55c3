package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.NotFiniteException;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.data.Batch;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.nn.Initializers;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Adam;
import dev.baton.optim.Schedule;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Batches that cannot be learnt from, and steps that go wrong: nothing is learnt, and the message says where. */
class BadStepTest {

    private static Batch batch() {
        return new Batch(NDArray.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6f), NDArray.of(Shape.of(3), 0, 1, 0));
    }

    private static final class Exponential extends Layer {
        @Override
        public Tensor forward(Tensor x) {
            return inLayer(x, x::exp);
        }
    }

    @Test
    void theFirstOperationThatIsNotFiniteIsNamed() {
        var model = Sequential.of(new Linear(2, 4), new Exponential(), new Linear(4, 2))
                .named("net");
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Adam.of(0.01))) {
            step.run(batch());
            float[] before = session.value("net.0.weight").toFloatArray();
            session.set("net.0.bias", NDArray.of(Shape.of(4), 0, 0, 1000, 0f));
            assertThatThrownBy(() -> step.run(batch()))
                    .isInstanceOfSatisfying(NotFiniteException.class, e -> {
                        assertThat(e.step()).isEqualTo(2);
                        assertThat(e.learningRate()).isEqualTo(0.01);
                    })
                    .hasMessageStartingWith(
                            "step 2: the loss (NaN) or a gradient is not finite; no weight was changed. "
                                    + "The learning rate was 0.01: try a smaller one")
                    .hasMessageContaining(
                            "\n  the first value that is not finite: Infinity at [0, 2] of exp, float32[3, 4]"
                                    + "\n  in  net.1: Exponential\n  at  BadStepTest.java:");
            assertThat(session.value("net.0.weight").toFloatArray()).isEqualTo(before);
            assertThat(session.value("optimizer/net.0.weight/mean").toDoubleArray())
                    .doesNotContain(Double.NaN);
            session.set("net.0.bias", NDArray.of(Shape.of(4), new float[4]));
            assertThat(step.run(batch()).step()).isEqualTo(2);
        }
    }

    @Test
    void aVariableThatIsNotFiniteIsNamed() {
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, Sequential.of(new Linear(2, 2)), Losses.crossEntropy(), Sgd.of(0.1))) {
            step.prepare(batch());
            session.set("0.bias", NDArray.of(Shape.of(2), 0, Float.NaN));
            assertThatThrownBy(() -> step.run(batch()))
                    .hasMessageContaining(
                            "\n  the first value that is not finite: NaN at [1] of variable '0.bias', float32[2]");
        }
    }

    @Test
    void inputsThatAreNotFiniteAreNamed() {
        var model = Sequential.of(new Linear(2, 4), new ReLU(), new Linear(4, 2));
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Sgd.of(0.1))) {
            step.run(batch());
            float[] before = session.value("0.weight").toFloatArray();
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                Batch broken = batch();
                broken.inputs().set(3, bad);
                assertThatThrownBy(() -> step.run(broken))
                        .isInstanceOf(DataException.class)
                        .hasMessage("step 2: record 1 of the batch, value 1 of 'inputs' is " + (double) bad
                                + ", not a finite number; no weight was changed");
            }
            assertThat(session.value("0.weight").toFloatArray()).isEqualTo(before);
        }
    }

    @Test
    void labelsThatAreNoClassAreNamed() {
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, Sequential.of(new Linear(2, 2)), Losses.crossEntropy(), Sgd.of(0.1))) {
            for (int bad : new int[] {2, -1}) {
                assertThatThrownBy(() -> step.run(new Batch(batch().inputs(), NDArray.of(Shape.of(3), 0, 1, bad))))
                        .isInstanceOf(DataException.class)
                        .hasMessage("step 1: record 2 of the batch has label " + bad
                                + " in 'targets'; with 2 classes, labels are 0 to 1");
            }
        }
    }

    @Test
    void labelsThatAreNoNumbersOfClassesAreExplained() {
        for (NDArray labels : List.of(
                NDArray.of(new float[] {0, 1, 0}),
                NDArray.of(Shape.of(3, 1), 0, 1, 0),
                NDArray.of(Shape.of(3), 0L, 1L, 0L))) {
            try (var session = Session.open("reference", 1);
                    var step = TrainStep.of(
                            session, Sequential.of(new Linear(2, 2)), Losses.crossEntropy(), Sgd.of(0.1))) {
                assertThatThrownBy(() -> step.run(new Batch(batch().inputs(), labels)))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageStartingWith("cross-entropy takes logits [N, C] and int32 labels [N], or ")
                        .hasMessageContaining("not float32[N, 2] and " + labels.dtype() + "[N")
                        .hasMessageContaining("\n  at  BadStepTest.java:");
            }
        }
    }

    @Test
    void labelsOfTextAreNamedByTheirPosition() {
        var model = Sequential.of(new Linear(2, 3));
        NDArray inputs = NDArray.of(Shape.of(2, 2, 2), new float[8]);
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, model, Losses.crossEntropy().ignoreIndex(-100), Sgd.of(0.1))) {
            step.run(new Batch(inputs, NDArray.of(Shape.of(2, 2), 0, -100, 2, 1)));
            assertThatThrownBy(() -> step.run(new Batch(inputs, NDArray.of(Shape.of(2, 2), 0, -100, 2, 3))))
                    .isInstanceOf(DataException.class)
                    .hasMessage("step 2: record 1 of the batch has label 3 at position 1 in 'targets'; "
                            + "with 3 classes, labels are 0 to 2, and -100 is ignored");
        }
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, model, Losses.negativeLogLikelihood(), Sgd.of(0.1))) {
            assertThatThrownBy(() -> step.run(new Batch(inputs, NDArray.of(Shape.of(2, 2), 0, -100, 2, 1))))
                    .hasMessage("step 1: record 0 of the batch has label -100 at position 1 in 'targets'; "
                            + "with 3 classes, labels are 0 to 2");
        }
    }

    @Test
    void soAreThoseOfSequences() {
        var lstm = new LSTM(2, 3);
        StepFunction function = inputs -> Losses.crossEntropy()
                .of(
                        lstm.forward(inputs.get("sequences")).reshape(-1, 3),
                        inputs.get("labels").reshape(-1));
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, function, Sgd.of(0.1))) {
            var sequences = NDArray.of(Shape.of(2, 2, 2), new float[8]);
            assertThatThrownBy(() ->
                            step.run(Map.of("sequences", sequences, "labels", NDArray.of(Shape.of(2, 2), 0, 1, 2, 3))))
                    .isInstanceOf(DataException.class)
                    .hasMessage("step 1: record 1 of the batch has label 3 at position 1 in 'labels'; with 3 classes, "
                            + "labels are 0 to 2");
        }
    }

    @Test
    void batchesOfTheWrongSizeAreExplained() {
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, Sequential.of(new Linear(2, 2)), Losses.crossEntropy(), Sgd.of(0.1))) {
            assertThatThrownBy(() -> new Batch(batch().inputs(), NDArray.of(Shape.of(2), 0, 1)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("a batch holds inputs [N, ...] and as many targets [N, ...], not inputs [3, 2] and "
                            + "targets [2]");
            var two = Map.of("inputs", batch().inputs(), "targets", NDArray.of(Shape.of(2), 0, 1));
            assertThatThrownBy(() -> step.run(two))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage(
                            "the training step takes inputs of one batch size, but 'inputs' is [3, 2] and 'targets' is [2]");
            var none = new Batch(NDArray.of(Shape.of(0, 2), new float[0]), NDArray.of(Shape.of(0), new int[0]));
            assertThatThrownBy(() -> step.run(none))
                    .isInstanceOf(DataException.class)
                    .hasMessage("step 1: the batch is empty");
            var wide = new Batch(NDArray.of(Shape.of(3, 4), new float[12]), batch().targets());
            assertThatThrownBy(() -> step.run(wide))
                    .hasMessage("the training step takes 'inputs' as float32[N, 2], not float32[3, 4]");
        }
    }

    @Test
    void learningRatesThatMakeNoSenseAreExplained() {
        for (double bad : new double[] {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Sgd.of(bad))
                    .isInstanceOf(BatonException.class)
                    .hasMessage("a learning rate is a positive number, not " + bad);
            assertThatThrownBy(() -> Schedule.cosine(bad, 10))
                    .hasMessage("a learning rate is a positive number, not " + bad);
        }
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(
                        session,
                        Sequential.of(new Linear(2, 2)),
                        Losses.crossEntropy(),
                        Sgd.of(number -> number < 2 ? 0.1 : Double.NaN))) {
            step.run(batch());
            float[] before = session.value("0.weight").toFloatArray();
            assertThatThrownBy(() -> step.run(batch()))
                    .isInstanceOf(BatonException.class)
                    .hasMessage(
                            "step 2: the schedule gives a learning rate of NaN; it must be a finite number and not negative");
            assertThat(session.value("0.weight").toFloatArray()).isEqualTo(before);
        }
    }

    @Test
    void aStepThatIsNotFiniteStopsFit() {
        var model = Sequential.of(new Linear(1, 2, Initializers.constant(1)), new Exponential(), new Linear(2, 2));
        var examples = Examples.of(new float[][] {{1}, {2}, {3e5f}, {4}}, new int[] {0, 1, 0, 1}, 2);
        try (var session = Session.open("reference", 1);
                var trainer = Trainer.of(session, model)
                        .loss(Losses.crossEntropy())
                        .optimizer(Sgd.of(0.1))
                        .listener(result -> {})
                        .build()) {
            assertThatThrownBy(() -> trainer.fit(examples.batched(1), examples.batched(1), Epochs.of(1)))
                    .isInstanceOf(NotFiniteException.class)
                    .hasMessageStartingWith(
                            "step 3: the loss (NaN) or a gradient is not finite; no weight was changed. "
                                    + "The learning rate was 0.1: ")
                    .hasMessageContaining("of exp, float32[1, 2]\n  in  1: Exponential");
        }
    }
}
