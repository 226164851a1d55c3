package dev.baton.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {

    @Test
    void aConstantRateStaysAsItIs() {
        Schedule schedule = Schedule.constant(0.1);
        assertThat(schedule.rate(1)).isEqualTo(0.1);
        assertThat(schedule.rate(1_000_000)).isEqualTo(0.1);
    }

    /** cos(pi/3) = 1/2, cos(pi/2) = 0, cos(2 pi/3) = -1/2. */
    @Test
    void aCosineFallsFromTheRateToZero() {
        Schedule schedule = Schedule.cosine(0.4, 6);
        assertThat(schedule.rate(1)).isEqualTo(0.4);
        assertThat(schedule.rate(3)).isCloseTo(0.3, within(1e-15));
        assertThat(schedule.rate(4)).isCloseTo(0.2, within(1e-15));
        assertThat(schedule.rate(5)).isCloseTo(0.1, within(1e-15));
        assertThat(schedule.rate(7)).isZero();
        assertThat(schedule.rate(100)).isZero();
    }

    @Test
    void aWarmUpGrowsLinearlyAndThenLeavesTheScheduleAlone() {
        Schedule schedule = Schedule.constant(0.8).warmUp(4);
        assertThat(schedule.rate(1)).isEqualTo(0.2);
        assertThat(schedule.rate(2)).isEqualTo(0.4);
        assertThat(schedule.rate(4)).isEqualTo(0.8);
        assertThat(schedule.rate(5)).isEqualTo(0.8);
    }

    /** PyTorch's chainable form of StepLR: the rate of the last epoch, times gamma at every multiple of the step size. */
    @Test
    void stepsMultiplyAfterSoManySteps() {
        Schedule schedule = Schedule.step(0.5, 3, 0.1);
        double rate = 0.5;
        for (int epoch = 0; epoch < 20; epoch++) {
            rate *= epoch > 0 && epoch % 3 == 0 ? 0.1 : 1;
            assertThat(schedule.rate(epoch + 1)).isCloseTo(rate, within(1e-15 * rate * 10));
        }
        assertThat(Schedule.exponential(0.5, 0.9).rate(4)).isCloseTo(0.5 * 0.9 * 0.9 * 0.9, within(1e-16));
    }

    /** MultiStepLR: gamma to the number of milestones that the epoch has reached. */
    @Test
    void milestonesMultiply() {
        Schedule schedule = Schedule.milestones(1, 0.1, 2, 5, 6);
        double[] expected = {1, 1, 0.1, 0.1, 0.1, 0.01, 0.001, 0.001};
        for (int epoch = 0; epoch < expected.length; epoch++) {
            assertThat(schedule.rate(epoch + 1)).isCloseTo(expected[epoch], within(1e-15));
        }
        assertThat(Schedule.milestones(1, 0.1).rate(100)).isEqualTo(1);
    }

    /** LinearLR. */
    @Test
    void aLineGoesFromOneRateToAnother() {
        Schedule schedule = Schedule.linear(0.2, 0.6, 4);
        double[] expected = {0.2, 0.3, 0.4, 0.5, 0.6, 0.6, 0.6};
        for (int epoch = 0; epoch < expected.length; epoch++) {
            assertThat(schedule.rate(epoch + 1)).isCloseTo(expected[epoch], within(1e-15));
        }
    }

    /** CosineAnnealingLR's recursion: lr - min shrinks by (1 + cos(pi t / T)) / (1 + cos(pi (t - 1) / T)). */
    @Test
    void aCosineMayEndAboveZero() {
        int steps = 17;
        double lowest = 1e-4;
        Schedule schedule = Schedule.cosine(1e-3, lowest, steps);
        double rate = 1e-3;
        for (int epoch = 0; epoch < steps; epoch++) {
            if (epoch > 0) {
                double ratio = (1 + Math.cos(Math.PI * epoch / steps)) / (1 + Math.cos(Math.PI * (epoch - 1) / steps));
                rate = lowest + (rate - lowest) * ratio;
            }
            assertThat(schedule.rate(epoch + 1)).isCloseTo(rate, within(1e-13));
        }
        assertThat(schedule.rate(steps + 1)).isEqualTo(lowest);
        assertThat(schedule.rate(10_000)).isEqualTo(lowest);
        assertThat(Schedule.cosine(0, 0.5, 4).rate(5)).isEqualTo(0.5);
    }

    /** OneCycleLR with its defaults: two phases, whose ends lie at pct_start * total - 1 and total - 1. */
    @ParameterizedTest
    @ValueSource(longs = {4, 10, 37, 1000})
    void oneCycleRisesAndFalls(long total) {
        double max = 0.8;
        double initial = max / 25;
        double min = initial / 1e4;
        double[] ends = {0.3 * total - 1, total - 1};
        Schedule schedule = Schedule.oneCycle(max, total);
        for (long step = 0; step < total; step++) {
            boolean first = step <= ends[0];
            double start = first ? 0 : ends[0];
            double share = (step - start) / (ends[first ? 0 : 1] - start);
            double from = first ? initial : max;
            double to = first ? max : min;
            double expected = to + (from - to) / 2 * (Math.cos(Math.PI * share) + 1);
            assertThat(schedule.rate(step + 1)).isCloseTo(expected, within(1e-14));
        }
        assertThat(schedule.rate(1)).isCloseTo(0.032, within(1e-15));
        assertThat(schedule.rate(total)).isCloseTo(3.2e-6, within(1e-15));
        assertThat(schedule.rate(total + 5)).isEqualTo(schedule.rate(total));
    }

    /** A linear warm-up and then a cosine, as language models are trained. */
    @Test
    void oneScheduleFollowsAnother() {
        Schedule schedule = Schedule.linear(0, 1e-3, 100).then(100, Schedule.cosine(1e-3, 1e-4, 1900));
        assertThat(schedule.rate(1)).isZero();
        assertThat(schedule.rate(51)).isCloseTo(5e-4, within(1e-15));
        assertThat(schedule.rate(100)).isCloseTo(9.9e-4, within(1e-15));
        assertThat(schedule.rate(101)).isEqualTo(1e-3);
        assertThat(schedule.rate(101 + 950)).isCloseTo(5.5e-4, within(1e-15));
        assertThat(schedule.rate(2001)).isEqualTo(1e-4);
        Schedule three = Schedule.constant(1).then(2, Schedule.constant(2)).then(3, Schedule.constant(3));
        assertThat(LongStream.rangeClosed(1, 5).mapToDouble(three::rate)).containsExactly(1.0, 1.0, 2.0, 3.0, 3.0);
    }

    @Test
    void senselessSchedulesAreRefused() {
        for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Schedule.constant(rate))
                    .isInstanceOf(BatonException.class)
                    .hasMessage("a learning rate is a positive number, not " + rate);
            assertThatThrownBy(() -> Schedule.cosine(rate, 10)).isInstanceOf(BatonException.class);
        }
        assertThatThrownBy(() -> Schedule.cosine(0.1, 0))
                .isInstanceOf(BatonException.class)
                .hasMessage("a schedule lasts at least one step, not 0");
        assertThatThrownBy(() -> Schedule.constant(0.1).warmUp(0)).isInstanceOf(BatonException.class);
        assertThatThrownBy(() -> Schedule.constant(0.1).then(0, Schedule.constant(1)))
                .isInstanceOf(BatonException.class);
        assertThatThrownBy(() -> Schedule.step(0.1, 0, 0.1)).isInstanceOf(BatonException.class);
        assertThatThrownBy(() -> Schedule.step(0.1, 1, 0))
                .hasMessage("a learning rate is multiplied by a positive number, not by 0.0");
        assertThatThrownBy(() -> Schedule.milestones(0.1, 0.1, 5, 5)).hasMessage("milestones rise, unlike [5, 5]");
        assertThatThrownBy(() -> Schedule.linear(-1, 1, 5))
                .hasMessage("a schedule goes from and to learning rates of at least 0, not -1.0");
        assertThatThrownBy(() -> Schedule.cosine(1, Double.NaN, 5)).isInstanceOf(BatonException.class);
        assertThatThrownBy(() -> Schedule.oneCycle(1, 3)).hasMessage("one cycle takes at least 4 steps, not 3");
    }
}
