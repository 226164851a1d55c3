package dev.baton.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.NotFiniteException;
import dev.baton.Shape;
import org.junit.jupiter.api.Test;

class ClippingTest {

    private static double[] stepsOf(Optimizer optimizer, float[] weight, float[] bias) {
        try (var step = new GivenGradients(optimizer)) {
            step.run(weight, bias);
            double[] w = step.weight();
            double[] b = step.bias();
            return new double[] {1 - w[0], 1 - w[1], 1 - w[2], 1 - b[0], 1 - b[1]};
        }
    }

    /** 2^2 + 3^2 + 6^2 = 7^2: over all parameters together. */
    @Test
    void theNormIsThatOfAllGradients() {
        double[] steps = stepsOf(Sgd.of(1).clipNorm(0.7), new float[] {2, 0, 3}, new float[] {0, -6});
        assertThat(steps).containsExactly(new double[] {0.2, 0, 0.3, 0, -0.6}, within(1e-6));
    }

    @Test
    void smallGradientsStayAsTheyAre() {
        float[] weight = {0.1f, -0.7f, 0.3f};
        float[] bias = {0.2f, 0};
        assertThat(stepsOf(Sgd.of(0.1).clipNorm(1), weight, bias)).isEqualTo(stepsOf(Sgd.of(0.1), weight, bias));
        assertThat(stepsOf(Sgd.of(0.1).clipValue(1), weight, bias)).isEqualTo(stepsOf(Sgd.of(0.1), weight, bias));
        assertThat(stepsOf(Sgd.of(0.1).clipNorm(1), new float[3], new float[2])).containsOnly(0);
    }

    @Test
    void elementsAreCut() {
        double[] steps = stepsOf(Sgd.of(1).clipValue(0.5), new float[] {2, -0.25f, -3}, new float[] {0.5f, 0});
        assertThat(steps).containsExactly(new double[] {0.5, -0.25, -0.5, 0.5, 0}, within(1e-6));
    }

    /** Cut to 3, 0, 4 and scaled from 5 to 1, whatever was asked for first. */
    @Test
    void elementsAreCutBeforeTheNormIsTaken() {
        float[] weight = {3, 0, 1000};
        float[] none = {0, 0};
        double[] expected = {0.6, 0, 0.8, 0, 0};
        assertThat(stepsOf(Sgd.of(1).clipNorm(1).clipValue(4), weight, none)).containsExactly(expected, within(1e-6));
        assertThat(stepsOf(Sgd.of(1).clipValue(4).clipNorm(1), weight, none)).containsExactly(expected, within(1e-6));
        assertThat(stepsOf(Sgd.of(1).clipNorm(9).clipValue(4).clipNorm(1), weight, none))
                .containsExactly(expected, within(1e-6));
    }

    /** Every gradient is finite, but the sum of their squares is not: nothing is assigned, no moment either. */
    @Test
    void aNormThatIsNotFiniteChangesNothing() {
        float[] huge = {1e20f, -1e20f, 1};
        try (var step = new GivenGradients(Adam.of(0.1).clipNorm(1))) {
            step.run(new float[] {1, 1, 1}, new float[] {1, 1});
            double[] weight = step.weight();
            double[] moment = step.session().value("optimizer/0.weight/mean").toDoubleArray();
            assertThatThrownBy(() -> step.run(huge, new float[] {1, 1}))
                    .isInstanceOf(NotFiniteException.class)
                    .hasMessageContaining("of norms, float32[2]");
            assertThat(step.weight()).isEqualTo(weight);
            assertThat(step.session().value("optimizer/0.weight/mean").toDoubleArray())
                    .isEqualTo(moment);
            step.run(new float[] {1, 1, 1}, new float[] {1, 1});
            assertThat(step.weight()[0]).isLessThan(weight[0]);
        }
        assertThat(stepsOf(Sgd.of(1e-16), new float[] {1e18f, -1e18f, 1}, new float[] {1, 1})[0])
                .isCloseTo(100, within(1e-3));
    }

    /** Cutting would make a finite number of it. */
    @Test
    void anInfiniteGradientChangesNothingThoughItIsCut() {
        for (Optimizer optimizer : new Optimizer[] {
            Sgd.of(1).clipValue(1),
            Sgd.of(1).clipNorm(1),
            Sgd.of(1).clipValue(1).clipNorm(1)
        }) {
            try (var step = new GivenGradients(optimizer)) {
                step.run(new float[] {1, 0, 0}, new float[] {0, 0});
                step.session().set(GivenGradients.BIAS, NDArray.of(Shape.of(2), 0, 4f));
                double[] weight = step.weight();
                step.learnWithRoot(optimizer);
                assertThatThrownBy(() -> step.run(new float[] {1, 1, 1}, new float[] {1, 1}))
                        .isInstanceOf(NotFiniteException.class);
                assertThat(step.weight()).isEqualTo(weight);
                assertThat(step.bias()).containsExactly(0, 4);
            }
        }
    }

    @Test
    void senselessBoundsAreRefused() {
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Sgd.of(1).clipNorm(bad))
                    .isInstanceOf(BatonException.class)
                    .hasMessage("gradients are clipped to a positive number, not to " + bad);
            assertThatThrownBy(() -> Sgd.of(1).clipValue(bad)).isInstanceOf(BatonException.class);
            assertThatThrownBy(() -> Sgd.of(1).clipNorm(1).clipNorm(bad)).isInstanceOf(BatonException.class);
        }
    }
}
