package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.data.Batch;
import dev.baton.infer.Predictor;
import dev.baton.loss.Loss;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models whose inputs are tokens and whose targets stand at every position. */
class TokensTest {

    private final Gpt model = Gpt.of(7).context(4).layers(1).heads(2).width(8).build();

    private static final Loss LOSS = Losses.crossEntropy();

    private static Batch batch(int... tokens) {
        var targets = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            targets[i] = tokens[(i + 1) % tokens.length];
        }
        var shape = Shape.of(tokens.length / 4, 4);
        return new Batch(NDArray.of(shape, tokens), NDArray.of(shape, targets));
    }

    @Test
    void aStepLearns() {
        Batch batch = batch(0, 1, 2, 3, 4, 5, 6, 0);
        try (var session = Session.open("reference", 3);
                var step = TrainStep.of(session, model, LOSS, Sgd.of(0.5));
                var evaluation = Evaluation.of(session, model)) {
            float before = step.run(batch).loss();
            assertThat((double) before).isCloseTo(Math.log(7), within(0.1));
            for (int i = 0; i < 10; i++) {
                step.run(batch);
            }
            double after = evaluation.loss(List.of(batch), LOSS);
            assertThat(after).isLessThan(0.8 * before);
            assertThat(evaluation.answers(batch).shape()).isEqualTo(Shape.of(2, 4, 7));
            // The mean over the examples, whatever the batches.
            double first = evaluation.loss(List.of(batch(0, 1, 2, 3)), LOSS);
            double both = evaluation.loss(List.of(batch(0, 1, 2, 3), batch), LOSS);
            assertThat(both).isCloseTo((first + 2 * after) / 3, within(1e-6));
            assertThatThrownBy(() -> evaluation.loss(List.of(), LOSS))
                    .isInstanceOf(DataException.class)
                    .hasMessage("there are no examples to measure the loss on");
            try (var predictor = Predictor.of(session, model)) {
                assertThat(predictor.predict(batch.inputs()).toFloatArray())
                        .isEqualTo(evaluation.answers(batch).toFloatArray());
            }
        }
    }

    /** What comes later changes nothing before it. */
    @Test
    void noPositionLooksAhead() {
        try (var session = Session.open("reference", 3);
                var evaluation = Evaluation.of(session, model)) {
            float[] one = evaluation.answers(batch(0, 1, 2, 3)).toFloatArray();
            float[] other = evaluation.answers(batch(0, 1, 5, 6)).toFloatArray();
            for (int i = 0; i < one.length; i++) {
                assertThat(one[i] == other[i]).as("logit %d", i).isEqualTo(i < 2 * 7);
            }
        }
    }

    @Test
    void aTokenThatIsNoRowIsNamed() {
        String message =
                "record 1 of the batch, position 2 is token 7 in 'inputs'; the table has 7 rows, tokens are 0 to 6";
        Batch bad = new Batch(
                batch(0, 1, 2, 3, 4, 5, 7, 0).inputs(),
                batch(0, 1, 2, 3, 4, 5, 6, 0).targets());
        try (var session = Session.open("reference");
                var step = TrainStep.of(session, model, LOSS, Sgd.of(0.1));
                var evaluation = Evaluation.of(session, model);
                var predictor = Predictor.of(session, model)) {
            assertThatThrownBy(() -> step.run(bad))
                    .isInstanceOf(DataException.class)
                    .hasMessage("training step: " + message);
            assertThatThrownBy(() -> evaluation.answers(bad))
                    .isInstanceOf(DataException.class)
                    .hasMessage("evaluation: " + message);
            assertThatThrownBy(() -> predictor.predict(bad.inputs()))
                    .isInstanceOf(DataException.class)
                    .hasMessage("predictor: " + message);
            assertThatThrownBy(() -> evaluation.answers(batch(0, 1, 2, -3)))
                    .isInstanceOf(DataException.class)
                    .hasMessage(
                            "evaluation: record 0 of the batch, position 3 is token -3 in 'inputs'; the table has 7 "
                                    + "rows, tokens are 0 to 6");
            assertThat(step.run(batch(0, 1, 2, 3)).step()).isEqualTo(1);
        }
    }

    /** A vector of tokens has no positions, and a step of one's own has its own names. */
    @Test
    void oneTokenARecord() {
        var words = new dev.baton.nn.Embedding(3, 2);
        try (var session = Session.open("reference");
                var step = TrainStep.of(
                        session,
                        inputs -> words.forward(inputs.get("words").reshape(-1, 1))
                                .square()
                                .mean(),
                        Sgd.of(0.1))) {
            assertThatThrownBy(() -> step.run(Map.of("words", NDArray.of(Shape.of(3), 0, 2, 3))))
                    .isInstanceOf(DataException.class)
                    .hasMessage(
                            "training step: record 2 of the batch is token 3 in 'words'; the table has 3 rows, tokens "
                                    + "are 0 to 2");
        }
    }

    @Test
    void aModelOfTokensTakesTokens() {
        assertThatThrownBy(() -> Summary.of(model, Shape.of(4)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("GPT: takes int32 tokens [N, T] with T up to 4, not float32[N, 4]");
        assertThatThrownBy(() -> Summary.of(model, DType.INT32, Shape.of(5)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("GPT: takes int32 tokens [N, T] with T up to 4, not int32[N, 5]");
        Summary summary = Summary.of(model, DType.INT32, Shape.of(4));
        assertThat(summary.layers().get(0).layer()).isEqualTo("wte: Embedding(7, 8)");
        assertThat(summary.layers().get(0).output()).hasToString("[N, 4, 8]");
        assertThat(summary.parameters()).isEqualTo(7 * 8 + 4 * 8 + 12 * 8 * 8 + 13 * 8 + 2 * 8);
    }
}
