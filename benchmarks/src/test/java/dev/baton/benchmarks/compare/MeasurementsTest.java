package dev.baton.benchmarks.compare;

import static dev.baton.benchmarks.compare.Examples.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeasurementsTest {

    @Test
    void theMedianIsTheMiddleOneOrTheMeanOfTheTwoInTheMiddle() {
        assertThat(Measurements.median(7)).hasValue(7);
        assertThat(Measurements.median(9, 1, 2)).hasValue(2);
        assertThat(Measurements.median(10, 1, 4, 2)).hasValue(3);
        assertThat(Measurements.median()).isEmpty();
    }

    @Test
    void theMedianIsThatOfOneFrameworkConditionWorkloadAndMetric() {
        var measurements = new Measurements(List.of(
                line("baton", Condition.QUIET, "mlp-train", "train", 1, 100),
                line("baton", Condition.QUIET, "mlp-train", "train", 2, 300),
                line("baton", Condition.QUIET, "mlp-train", "train", 3, 120),
                line("djl", Condition.QUIET, "mlp-train", "train", 1, 1),
                line("baton", Condition.BUSY_CORE, "mlp-train", "train", 1, 2),
                line("baton", Condition.QUIET, "cnn-train", "train", 1, 3),
                line("baton", Condition.QUIET, "mlp-train", "peak-memory", 1, 4)));
        assertThat(measurements.median("baton", Condition.QUIET, "mlp-train", "train"))
                .hasValue(120);
        assertThat(measurements.median("dl4j", Condition.QUIET, "mlp-train", "train"))
                .isEmpty();
    }

    @Test
    void theSpeedBesideABusyCoreIsAShareOfTheFrameworksOwn() {
        var measurements = new Measurements(List.of(
                line("baton", Condition.QUIET, "mlp-train", "train", 1, 200),
                line("baton", Condition.BUSY_CORE, "mlp-train", "train", 1, 90),
                line("djl", Condition.QUIET, "mlp-train", "train", 1, 1000)));
        assertThat(measurements.shareOfQuiet("baton", "mlp-train", "train")).hasValue(0.45);
        assertThat(measurements.shareOfQuiet("djl", "mlp-train", "train"))
                .as("it failed beside the busy core")
                .isEmpty();
    }

    @Test
    void theTailIsThatOfTheBestRoundAgainstTheSameRoundsMedian() {
        var measurements = new Measurements(List.of(
                line("baton", Condition.QUIET, "mlp-infer", "batch1-latency-median", 1, 20),
                line("baton", Condition.QUIET, "mlp-infer", "batch1-latency-p99", 1, 60),
                line("baton", Condition.QUIET, "mlp-infer", "batch1-latency-median", 2, 40),
                line("baton", Condition.QUIET, "mlp-infer", "batch1-latency-p99", 2, 72)));
        assertThat(measurements.tail("baton", "mlp-infer", "batch1-latency").getAsDouble())
                .isCloseTo(1.8, within(1e-12));
        assertThat(measurements.tail("djl", "mlp-infer", "batch1-latency")).isEmpty();
    }

    @Test
    void whatKeepsACoreBusyOnPurposeIsNoDisturbance() {
        var measurements = new Measurements(
                List.of(line("baton", Condition.QUIET, 0.02), line("baton", Condition.BUSY_CORE, 1.0)));
        assertThat(measurements.others()).isEqualTo(0.02);
    }
}
