package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.Initializers;
import dev.baton.nn.Linear;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluationTest {

    private static Batch batch(float... values) {
        int count = values.length / 2;
        return new Batch(NDArray.of(Shape.of(count, 2), values), NDArray.zeros(DType.INT32, Shape.of(count)));
    }

    /** Every answer is the sum of the inputs. */
    private static Linear sum() {
        return new Linear(2, 1, Initializers.constant(1));
    }

    @Test
    void answersBatchesOfAnySize() {
        try (var session = Session.open("reference");
                var evaluation = Evaluation.of(session, sum())) {
            assertThat(evaluation.answers(batch(1, 2)).toFloatArray()).containsExactly(3);
            assertThat(evaluation.answers(batch(1, 2, 3, 4)).toFloatArray()).containsExactly(3, 7);
            assertThat(evaluation.answers(NDArray.of(new float[][] {{5, 6}})).toFloatArray())
                    .containsExactly(11);
            assertThat(evaluation.measure(List.of(batch(1, 2), batch(3, 4)), List.of(Metrics.accuracy())))
                    .containsEntry("accuracy", 1.0);
            assertThat(evaluation.measure(List.of(), List.of()))
                    .as("nothing is asked of nothing")
                    .isEmpty();
        }
    }

    @Test
    void whatCannotBeAnsweredIsNamed() {
        try (var session = Session.open("reference");
                var evaluation = Evaluation.of(session, sum())) {
            assertThatThrownBy(() -> evaluation.accuracy(List.of()))
                    .isInstanceOf(DataException.class)
                    .hasMessage("there are no examples to measure accuracy on");
            assertThatThrownBy(() -> evaluation.answers(batch()))
                    .isInstanceOf(DataException.class)
                    .hasMessage("the batch is empty");
            assertThatThrownBy(() -> evaluation.answers(NDArray.scalar(1)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("an evaluation takes inputs [N, ...], not a scalar");
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                assertThatThrownBy(() -> evaluation.answers(batch(1, 2, 3, bad)))
                        .isInstanceOf(DataException.class)
                        .hasMessage("record 1 of the batch, value 1 of 'inputs' is " + (double) bad
                                + ", not a finite number");
            }
            var wide = new Batch(NDArray.of(new float[1][3]), NDArray.of(new int[1]));
            assertThatThrownBy(() -> evaluation.answers(wide))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("the evaluation takes 'inputs' as float32[N, 2], not float32[1, 3]");
        }
    }

    @Test
    void whatIsClosedSaysSo() {
        var session = Session.open("reference");
        var used = Evaluation.of(session, sum());
        var unused = Evaluation.of(session, sum());
        used.answers(batch(1, 2));
        for (Evaluation closed : List.of(used, unused)) {
            closed.close();
            closed.close();
            assertThatThrownBy(() -> closed.answers(batch(1, 2)))
                    .isInstanceOf(StateException.class)
                    .hasMessageMatching("the evaluation opened at EvaluationTest.java:\\d+ is closed");
        }
        var orphan = Evaluation.of(session, sum());
        session.close();
        assertThatThrownBy(() -> orphan.answers(batch(1, 2)))
                .isInstanceOf(StateException.class)
                .hasMessageMatching("the session opened at EvaluationTest.java:\\d+ is closed");
    }

    @Test
    void aTrainerThatIsClosedSaysSo() {
        var session = Session.open("reference");
        var trainer = Trainer.of(session, sum())
                .loss(Losses.mse())
                .optimizer(Sgd.of(0.1))
                .build();
        trainer.close();
        trainer.close();
        assertThatThrownBy(() -> trainer.fit((Batches) null, null, Epochs.of(1)))
                .isInstanceOf(StateException.class)
                .hasMessageMatching("the trainer opened at EvaluationTest.java:\\d+ is closed");
        assertThatThrownBy(() -> trainer.save(null)).hasMessageMatching("the trainer opened at .* is closed");
        assertThatThrownBy(() -> trainer.summary(null)).hasMessageMatching("the trainer opened at .* is closed");
        session.close();
    }

    /** A second thread is refused before it changes what the first one is about to run. */
    @Test
    void aSecondThreadChangesNothing() throws InterruptedException {
        var model = sum();
        try (var session = Session.open("reference");
                var step = TrainStep.of(session, model, Losses.mse(), Sgd.of(0.1));
                var evaluation = Evaluation.of(session, model)) {
            var numbers = new Batch(NDArray.of(new float[][] {{1, 2}}), NDArray.of(new float[][] {{3}}));
            var others = new Batch(NDArray.of(new float[][] {{5, 6}}), NDArray.of(new float[][] {{7}}));
            step.prepare(numbers);
            var caught = new Throwable[3];
            var thread = new Thread(
                    () -> {
                        caught[0] = catchThrowable(() -> step.run(others));
                        caught[1] = catchThrowable(() -> step.prepare(others));
                        caught[2] = catchThrowable(() -> evaluation.answers(others));
                    },
                    "other");
            thread.start();
            thread.join();
            assertThat(caught)
                    .allSatisfy(e -> assertThat(e)
                            .isInstanceOf(StateException.class)
                            .hasMessageMatching("the session opened at EvaluationTest.java:\\d+ belongs to thread '.*' "
                                    + "and was used by 'other': open one session for each thread; to answer, one "
                                    + "predictor serves them all"));
            assertThat(step.run(numbers).loss()).as("of numbers").isZero();
        }
    }
}
