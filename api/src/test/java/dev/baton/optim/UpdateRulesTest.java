package dev.baton.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules against loops in double written from their papers; PyTorchTrajectoryTest has those that PyTorch has. */
class UpdateRulesTest {

    private static final int STEPS = 20;

    private static float[] slopes(Random random, int count) {
        var slopes = new float[count];
        for (int i = 0; i < count; i++) {
            slopes[i] = (float) random.nextGaussian();
        }
        return slopes;
    }

    /** Chen et al. 2023, algorithm 2: c = b1 m + (1 - b1) g; w = w - rate (sign(c) + decay w); m = b2 m + (1 - b2) g. */
    @ParameterizedTest
    @CsvSource({"0.9, 0.99, 0", "0.9, 0.99, 0.1", "0.95, 0.98, 1", "0, 0.5, 0.01"})
    void lionIsThatOfThePaper(double beta1, double beta2, double decay) {
        double rate = 0.01;
        var random = new Random(3);
        double[] weight = {1, 1, 1};
        double[] mean = new double[3];
        try (var step = new GivenGradients(Lion.of(rate).betas(beta1, beta2).weightDecay(decay))) {
            for (int i = 0; i < STEPS; i++) {
                float[] slopes = slopes(random, 3);
                step.run(slopes, new float[] {0, 0});
                for (int j = 0; j < 3; j++) {
                    double interpolated = beta1 * mean[j] + (1 - beta1) * slopes[j];
                    weight[j] -= rate * (Math.signum(interpolated) + decay * weight[j]);
                    mean[j] = beta2 * mean[j] + (1 - beta2) * slopes[j];
                }
                assertThat(step.weight()).as("step %d", i + 1).containsExactly(weight, within(1e-6));
            }
            // What nothing pulls at is only shrunk.
            double[] bias = step.bias();
            assertThat(bias[0]).isCloseTo(Math.pow(1 - rate * decay, STEPS), within(1e-6));
            assertThat(step.session().value("optimizer/0.weight/mean").toDoubleArray())
                    .containsExactly(mean, within(1e-6));
        }
    }

    /** Where all gradients are the same, their variance is 0 in exact arithmetic, and less than that in float32. */
    @Test
    void centredRmsPropSurvivesEqualGradients() {
        try (var step =
                new GivenGradients(RmsProp.of(1e-3).alpha(0.5).epsilon(1).centered())) {
            for (int i = 0; i < 100; i++) {
                step.run(new float[] {0.1f, 1.7f, -3.3f}, new float[] {1e-3f, 1e3f});
            }
            // Once the mean has arrived, each step is the rate times the gradient over epsilon.
            double[] before = step.weight();
            step.run(new float[] {0.1f, 1.7f, -3.3f}, new float[] {1e-3f, 1e3f});
            double[] after = step.weight();
            assertThat(before[0] - after[0]).isCloseTo(1e-4, within(1e-6));
            assertThat(before[1] - after[1]).isCloseTo(1.7e-3, within(1e-5));
            assertThat(Arrays.stream(step.bias()).allMatch(Double::isFinite)).isTrue();
        }
    }

    /** Duchi et al. 2011: the n-th of equal gradients moves the weight by rate / sqrt(n). */
    @Test
    void adagradSlowsDown() {
        try (var step = new GivenGradients(Adagrad.of(0.1))) {
            double expected = 1;
            for (int n = 1; n <= STEPS; n++) {
                step.run(new float[] {2, -2, 0}, new float[] {1e-3f, 1});
                expected -= 0.1 / Math.sqrt(n);
                assertThat(step.weight()).containsExactly(new double[] {expected, 2 - expected, 1}, within(1e-6));
                assertThat(step.bias()).containsExactly(new double[] {expected, expected}, within(1e-5));
            }
        }
    }

    @Test
    void senselessOptionsAreRefused() {
        assertThatThrownBy(() -> Adam.of(0.1).betas(0.9, 1))
                .isInstanceOf(BatonException.class)
                .hasMessage("a beta is at least 0 and less than 1, not 1.0");
        assertThatThrownBy(() -> Lion.of(0.1).betas(-0.1, 0.9))
                .hasMessage("a beta is at least 0 and less than 1, not -0.1");
        assertThatThrownBy(() -> AdamW.of(0.1).epsilon(0)).hasMessage("epsilon is positive, not 0.0");
        assertThatThrownBy(() -> Adagrad.of(0.1).epsilon(Double.NaN)).hasMessage("epsilon is positive, not NaN");
        assertThatThrownBy(() -> RmsProp.of(0.1).alpha(1))
                .hasMessage("an alpha is at least 0 and less than 1, not 1.0");
        assertThatThrownBy(() -> RmsProp.of(0.1).momentum(1))
                .hasMessage("a momentum is at least 0 and less than 1, not 1.0");
        assertThatThrownBy(() -> Sgd.of(0.1).weightDecay(-1)).hasMessage("a weight decay is at least 0, not -1.0");
    }
}
