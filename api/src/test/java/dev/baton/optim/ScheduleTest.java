package dev.baton.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import org.junit.jupiter.api.Test;

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
    }
}
