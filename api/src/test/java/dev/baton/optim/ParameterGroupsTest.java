package dev.baton.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Groups of parameters, and parameters that are frozen. */
class ParameterGroupsTest {

    private static final float[] SLOPES = {1, -2, 0.5f};
    private static final float[] OTHERS = {3, 0};

    static Stream<GradientDescent<?>> optimizers() {
        return Stream.of(
                Sgd.of(0.1).weightDecay(0.5),
                Sgd.of(0.1).momentum(0.9).weightDecay(0.5),
                Adam.of(0.1).weightDecay(0.5),
                AdamW.of(0.1).weightDecay(0.5),
                RmsProp.of(0.1).weightDecay(0.5),
                Adagrad.of(0.1).weightDecay(0.5),
                Lion.of(0.1).weightDecay(0.5));
    }

    private record Learnt(double[] weight, double[] bias) {}

    private static Learnt learn(Optimizer optimizer) {
        try (var step = new GivenGradients(optimizer)) {
            for (int i = 0; i < 5; i++) {
                step.run(SLOPES, OTHERS);
            }
            return new Learnt(step.weight(), step.bias());
        }
    }

    /** The bias as without decay, the weight as with it. */
    @ParameterizedTest
    @MethodSource("optimizers")
    void aGroupHasItsOwnDecay(GradientDescent<?> optimizer) {
        Learnt with = learn(optimizer);
        Learnt without = learn(optimizer.weightDecay(0));
        Learnt grouped = learn(optimizer.group(Parameters.vectors(), group -> group.weightDecay(0)));
        assertThat(grouped.weight()).isEqualTo(with.weight());
        assertThat(grouped.bias()).isEqualTo(without.bias()).isNotEqualTo(with.bias());
    }

    /** The factors are a half and a quarter, so that no rounding differs. */
    @Test
    void aGroupHasItsOwnRate() {
        for (double factor : new double[] {0.5, 0.25}) {
            Learnt whole = learn(AdamW.of(0.1));
            Learnt slow = learn(AdamW.of(0.1 * factor));
            Learnt grouped =
                    learn(AdamW.of(0.1).group(Parameters.named("bias"), group -> group.learningRateFactor(factor)));
            assertThat(grouped.weight()).isEqualTo(whole.weight());
            assertThat(grouped.bias())
                    .containsExactly(slow.bias(), within(1e-7))
                    .isNotEqualTo(whole.bias());
        }
    }

    /** Changes add up, whatever comes first, the group or the decay of all. */
    @Test
    void severalGroupsMayFit() {
        var rate = Sgd.of(0.1).group(parameter -> true, group -> group.learningRateFactor(2));
        var both = rate.group(Parameters.named("bias"), group -> group.weightDecay(0))
                .weightDecay(0.5);
        try (var step = new GivenGradients(both)) {
            step.run(SLOPES, OTHERS);
            assertThat(step.weight()).containsExactly(new double[] {0.7, 1.3, 0.8}, within(1e-6));
            assertThat(step.bias()).containsExactly(new double[] {0.4, 1}, within(1e-6));
        }
    }

    @Test
    void whatIsFrozenStaysAndCostsNothing() {
        try (var step = new GivenGradients(Adam.of(0.1).freeze(Parameters.named("bias")))) {
            step.run(SLOPES, OTHERS);
            assertThat(step.bias()).containsExactly(1, 1);
            assertThat(step.weight()).containsExactly(new double[] {0.9, 1.1, 0.9}, within(1e-6));
            assertThat(step.session().variables())
                    .contains("0.bias", "optimizer/0.weight/mean")
                    .noneMatch(name -> name.startsWith("optimizer/0.bias"));
            // The next step that is made without the freeze learns it again.
            step.learnWith(Adam.of(0.1));
            step.run(SLOPES, OTHERS);
            assertThat(step.bias()).containsExactly(new double[] {0.9, 1}, within(1e-6));
        }
    }

    /** Forward two products, backward three; with the first layer frozen neither its gradient nor what leads there. */
    @Test
    void noGradientIsComputedOfWhatIsFrozen() {
        var first = new Linear(4, 8);
        var model = Sequential.of(first, new ReLU(), new Linear(8, 3));
        assertThat(products(model, Sgd.of(0.1))).isEqualTo(5);
        assertThat(products(model, Sgd.of(0.1).freeze(Parameters.of(first)))).isEqualTo(3);
    }

    private static long products(Layer model, Optimizer optimizer) {
        var batch = new Batch(NDArray.of(Shape.of(2, 4), new float[8]), NDArray.of(Shape.of(2), 0, 1));
        try (var session = Session.open("reference");
                var step = TrainStep.of(session, model, Losses.crossEntropy(), optimizer)) {
            step.run(batch);
            return step.explain(2)
                    .lines()
                    .filter(line -> line.contains("matmul"))
                    .count();
        }
    }

    /** Two networks that learn against each other: each step reads both and learns one. */
    @Test
    void eachStepLearnsItsOwnNetwork() {
        var one = new Linear(4, 4).named("one");
        var other = new Linear(4, 2).named("other");
        NDArray x = NDArray.of(Shape.of(2, 4), 1, 2, 3, 4, 5, 6, 7, 8f);
        try (var session = Session.open("reference", 1);
                var first = TrainStep.of(
                        session,
                        inputs -> other.forward(one.forward(inputs.get("x"))).mean(),
                        Adam.of(0.1).freeze(Parameters.of(other)));
                var second = TrainStep.of(
                        session,
                        inputs -> other.forward(one.forward(inputs.get("x")))
                                .mean()
                                .negate(),
                        Adam.of(0.1).freeze(Parameters.of(one)))) {
            first.prepare(Map.of("x", x));
            float[] ofOther = session.value("other.weight").toFloatArray();
            float[] ofOne = session.value("one.weight").toFloatArray();
            first.run(Map.of("x", x));
            assertThat(session.value("other.weight").toFloatArray()).isEqualTo(ofOther);
            assertThat(session.value("one.weight").toFloatArray()).isNotEqualTo(ofOne);
            ofOne = session.value("one.weight").toFloatArray();
            second.run(Map.of("x", x));
            assertThat(session.value("one.weight").toFloatArray()).isEqualTo(ofOne);
            assertThat(session.value("other.weight").toFloatArray()).isNotEqualTo(ofOther);
        }
    }

    @Test
    void freezingAndClippingGoTogether() {
        Optimizer freezeFirst = Sgd.of(1).freeze(Parameters.named("bias")).clipNorm(1);
        Optimizer clipFirst = Sgd.of(1).clipNorm(1).freeze(Parameters.named("bias"));
        for (Optimizer optimizer : new Optimizer[] {freezeFirst, clipFirst}) {
            try (var step = new GivenGradients(optimizer)) {
                // The norm is that of what is learnt.
                step.run(new float[] {3, 0, 4}, new float[] {1000, 0});
                assertThat(step.weight()).containsExactly(new double[] {0.4, 1, 0.2}, within(1e-5));
                assertThat(step.bias()).containsExactly(1, 1);
            }
        }
    }

    @Test
    void misspeltNamesAreExplained() {
        try (var step = new GivenGradients(AdamW.of(0.1)
                .group(Parameters.named("bias"), group -> group.weightDecay(0))
                .group(Parameters.named("wieght"), group -> group.weightDecay(0)))) {
            assertThatThrownBy(() -> step.run(SLOPES, OTHERS))
                    .isInstanceOf(BatonException.class)
                    .hasMessage("optimizer: group 2 fits none of the parameters of the step: [0.weight, 0.bias]");
            step.learnWith(AdamW.of(0.1).freeze(Parameters.named("wieght")));
            assertThatThrownBy(() -> step.run(SLOPES, OTHERS))
                    .hasMessage(
                            "optimizer: what is frozen fits none of the parameters of the step: [0.weight, 0.bias]");
            step.learnWith(AdamW.of(0.1).freeze(Parameters.of(step.layer())));
            assertThatThrownBy(() -> step.run(SLOPES, OTHERS))
                    .hasMessage(
                            "the training step has nothing to learn: its function reads no parameter that is not frozen");
        }
    }

    @Test
    void senselessGroupsAreRefused() {
        var group = new ParameterGroup(0.1, 1);
        assertThatThrownBy(() -> group.weightDecay(-1)).hasMessage("a weight decay is at least 0, not -1.0");
        assertThatThrownBy(() -> group.learningRateFactor(0))
                .hasMessage(
                        "a learning rate is multiplied by a positive number, not by 0.0; freeze(...) leaves parameters "
                                + "as they are");
    }
}
