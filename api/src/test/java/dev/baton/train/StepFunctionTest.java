package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.Initializers;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.nn.Tanh;
import dev.baton.optim.Adam;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A training step is any function of named inputs. */
class StepFunctionTest {

    @Test
    void anAutoencoderIsItsOwnTarget() {
        var encoder = Sequential.of(new Linear(4, 2), new Tanh()).named("encoder");
        var decoder = Sequential.of(new Linear(2, 4)).named("decoder");
        NDArray pictures = NDArray.of(Shape.of(2, 4), 1, 0, 1, 0, 0, 1, 0, 1f);
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(
                        session,
                        inputs -> {
                            var picture = inputs.get("picture");
                            return Losses.mse()
                                    .of(decoder.forward(encoder.forward(picture).watch("code")), picture);
                        },
                        Adam.of(0.05))) {
            float first = step.run(Map.of("picture", pictures)).loss();
            float last = first;
            for (int i = 0; i < 100; i++) {
                last = step.run(Map.of("picture", pictures)).loss();
            }
            assertThat(last).isLessThan(first / 50);
            assertThat(step.watched("code").shape()).isEqualTo(Shape.of(2, 2));
            assertThat(session.variables()).contains("encoder.0.weight", "decoder.0.bias");
        }
    }

    /** One weight w = 2, loss = mean((w x - y)^2) + scale * w: what comes out is known by hand. */
    @Test
    void severalInputsLossesAndWatchedValues() {
        var line = new Linear(1, 1, Initializers.constant(2)).named("line");
        try (var session = Session.open("reference");
                var step = TrainStep.of(
                        session,
                        inputs -> {
                            var fit = Losses.mse()
                                    .of(line.forward(inputs.get("x")).watch("answer"), inputs.get("y"));
                            fit.watch("fit");
                            return fit.add(
                                    line.parameters().get(0).in(fit).sum().multiply(inputs.get("scale")));
                        },
                        Sgd.of(0.1))) {
            var inputs = Map.of(
                    "x", NDArray.of(Shape.of(2, 1), 1f, 3f),
                    "y", NDArray.of(Shape.of(2, 1), 1f, 4f),
                    "scale", NDArray.scalar(0.5f),
                    "not asked for", NDArray.scalar(1));
            var interpretation = step.interpret(inputs);
            assertThat(interpretation.output("fit").orElseThrow().values()).containsExactly(2.5);
            assertThat(interpretation.toString())
                    .contains("matmul float32[2, 1]  min 2.000  mean 4.000  max 6.000   # line: Linear(1 -> 1)")
                    .contains("input 'scale' float32[]  0.500000");
            // Errors are 1 and 2: (1 + 4) / 2, and 0.5 * 2 for the weight.
            assertThat(step.run(inputs).loss()).isCloseTo(3.5f, within(1e-6f));
            assertThat(step.watched("fit").get(0)).isCloseTo(2.5, within(1e-6));
            assertThat(step.watched("loss").get(0)).isCloseTo(3.5, within(1e-6));
            assertThat(step.watched("answer").toFloatArray()).containsExactly(2, 6);
            // d/dw = (2*1*1 + 2*2*3) / 2 + 0.5 = 7.5, d/db = (2*1 + 2*2) / 2 = 3.
            assertThat(session.value("line.weight").get(0)).isCloseTo(2 - 0.75, within(1e-6));
            assertThat(session.value("line.bias").get(0)).isCloseTo(-0.3, within(1e-6));
        }
    }

    @Test
    void theShortFormIsThisOne() {
        var batch = new Batch(NDArray.of(Shape.of(2, 2), 1, 2, 3, 4f), NDArray.of(Shape.of(2), 0, 1));
        var model = Sequential.of(new Linear(2, 3), new ReLU(), new Linear(3, 2));
        float[][] weights = new float[2][];
        for (int form = 0; form < 2; form++) {
            try (var session = Session.open("reference", 7);
                    var step = form == 0
                            ? TrainStep.of(session, model, Losses.crossEntropy(), Sgd.of(0.1))
                            : TrainStep.of(
                                    session,
                                    inputs -> Losses.crossEntropy()
                                            .of(model.forward(inputs.get("inputs")), inputs.get("targets")),
                                    Sgd.of(0.1))) {
                step.run(batch);
                step.run(Map.of("inputs", batch.inputs(), "targets", batch.targets()));
                weights[form] = session.value("0.weight").toFloatArray();
            }
        }
        assertThat(weights[0]).isEqualTo(weights[1]);
    }

    @Test
    void wrongUseIsExplained() {
        var line = new Linear(1, 1);
        NDArray x = NDArray.of(Shape.of(2, 1), 1f, 3f);
        try (var session = Session.open("reference")) {
            var step = TrainStep.of(
                    session, inputs -> line.forward(inputs.get("x")).watch("a").mean(), Sgd.of(0.1));
            assertThatThrownBy(() -> step.watched("a"))
                    .isInstanceOf(StateException.class)
                    .hasMessage("the training step is traced at its first batch: run one, then look");
            assertThatThrownBy(() -> step.run(Map.of("y", x)))
                    .hasMessage("the step asks for an input 'x', but is run with [y]");
            assertThatThrownBy(() -> step.run(Map.of("x", x, "seed", x)))
                    .hasMessage("the step fills in 'seed' by itself: give the input another name");
            step.prepare(Map.of("x", x));
            assertThatThrownBy(() -> step.watched("a"))
                    .hasMessage("the training step has not run yet: 'a' has no value");
            assertThatThrownBy(() -> step.run(Map.of("y", x))).hasMessage("the training step needs an input 'x'");
            step.run(Map.of("x", x));
            assertThatThrownBy(() -> step.run(Map.of("y", x)))
                    .as("the array of the run before is not taken again")
                    .hasMessage("the training step needs an input 'x'");
            assertThatThrownBy(() -> step.watched("b"))
                    .hasMessage(
                            "nothing is watched as 'b'; the step hands out [a, loss, all finite, gradient norm, gradient norms]");
            step.close();
            assertThatThrownBy(() -> step.watched("a")).hasMessageMatching("the training step opened at .* is closed");
            assertThatThrownBy(() -> TrainStep.of(
                                    session, inputs -> inputs.get("x").mean(), Sgd.of(0.1))
                            .run(Map.of("x", x)))
                    .isInstanceOf(BatonException.class)
                    .hasMessage("the training step has nothing to learn: its function reads no parameter");
            assertThatThrownBy(() -> TrainStep.of(session, inputs -> line.forward(inputs.get("x")), Sgd.of(0.1))
                            .run(Map.of("x", x)))
                    .hasMessageStartingWith("a loss is one floating-point number, not float32[N, 1]");
            assertThatThrownBy(() -> TrainStep.of(
                                    session,
                                    inputs ->
                                            line.forward(inputs.get("x")).mean().watch("loss"),
                                    Sgd.of(0.1))
                            .run(Map.of("x", x)))
                    .hasMessageStartingWith("there are two outputs named 'loss'");
        }
    }
}
