package dev.baton.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccumulatedTest {

    private static final float[] NONE = {0, 0};

    static Stream<Optimizer> optimizers() {
        Schedule schedule = Schedule.cosine(0.1, 3);
        return Stream.of(
                Sgd.of(schedule).momentum(0.9).weightDecay(0.1),
                Adam.of(schedule),
                AdamW.of(schedule).clipNorm(0.5),
                RmsProp.of(0.1),
                Adagrad.of(0.1),
                Lion.of(0.1));
    }

    /** Three updates of the means of two gradients are the same, whether they come in six steps or in three. */
    @ParameterizedTest
    @MethodSource("optimizers")
    void learnsFromMeansAsIfTheyWereOneBatch(Optimizer optimizer) {
        float[][] gradients = {{1, -2, 3}, {3, 2, -1}, {0, 1, 5}, {4, 1, -3}, {2, 2, 2}, {-1, 0, 6}};
        try (var inTwo = new GivenGradients(optimizer.accumulate(2));
                var atOnce = new GivenGradients(optimizer)) {
            for (int i = 0; i < gradients.length; i += 2) {
                inTwo.run(gradients[i], new float[] {i, 1});
                inTwo.run(gradients[i + 1], new float[] {1, -i});
                var mean = new float[3];
                for (int j = 0; j < mean.length; j++) {
                    mean[j] = (gradients[i][j] + gradients[i + 1][j]) / 2;
                }
                atOnce.run(mean, new float[] {(i + 1) / 2f, (1 - i) / 2f});
                assertThat(inTwo.weight()).containsExactly(atOnce.weight(), within(1e-6));
                assertThat(inTwo.bias()).containsExactly(atOnce.bias(), within(1e-6));
            }
        }
    }

    @Test
    void betweenUpdatesNothingChanges() {
        try (var step = new GivenGradients(Adam.of(0.1).accumulate(3))) {
            step.run(new float[] {1, 2, 3}, NONE);
            step.run(new float[] {1, 2, 3}, NONE);
            assertThat(step.weight()).containsOnly(1);
            assertThat(step.session().value("optimizer/0.weight/mean").toDoubleArray())
                    .containsOnly(0);
            assertThat(step.session().value("optimizer/0.weight/accumulated").toDoubleArray())
                    .containsExactly(2, 4, 6);
            step.run(new float[] {1, 2, 3}, NONE);
            assertThat(step.weight()).containsExactly(new double[] {0.9, 0.9, 0.9}, within(1e-6));
            assertThat(step.session().value("optimizer/0.weight/accumulated").toDoubleArray())
                    .containsOnly(0);
        }
    }

    @Test
    void aBatchThatIsNotFiniteIsNoneOfThem() {
        try (var step = new GivenGradients(Sgd.of(0.1).accumulate(2))) {
            step.run(new float[] {1, 1, 1}, NONE);
            assertThatThrownBy(() -> step.run(new float[] {Float.POSITIVE_INFINITY, 0, 0}, NONE))
                    .isInstanceOf(BatonException.class);
            assertThat(step.weight()).containsOnly(1);
            step.run(new float[] {3, 1, 1}, NONE);
            assertThat(step.weight()).containsExactly(new double[] {0.8, 0.9, 0.9}, within(1e-6));
        }
    }

    @Test
    void schedulesCountUpdates() {
        Optimizer optimizer = Sgd.of(step -> step).accumulate(4);
        assertThat(optimizer.learningRate(1)).isEqualTo(1);
        assertThat(optimizer.learningRate(4)).isEqualTo(1);
        assertThat(optimizer.learningRate(5)).isEqualTo(2);
        assertThat(optimizer.update(3)).isZero();
        assertThat(optimizer.update(8)).isEqualTo(2);
        assertThatThrownBy(() -> Sgd.of(1).accumulate(0))
                .isInstanceOf(BatonException.class)
                .hasMessage("gradients of at least one batch are accumulated, not of 0");
        assertThatThrownBy(() -> optimizer.clipNorm(1).accumulate(2))
                .isInstanceOf(BatonException.class)
                .hasMessage("the optimizer accumulates gradients already: say once of how many batches");
    }
}
