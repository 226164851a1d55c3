package dev.baton.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunnerTest {

    @Test
    void linesWithAMetricAreMeasurements() throws IOException {
        List<Measurement> measurements = Runner.measurements(
                List.of(
                        "{\"peer\":\"djl\",\"version\":\"0.36\",\"workload\":\"mlp-train\",\"check\":\"loss\",\"ok\":true}",
                        "{\"peer\":\"djl\",\"version\":\"0.36\",\"workload\":\"mlp-train\",\"metric\":\"train\","
                                + "\"unit\":\"samples/s\",\"median\":23973.00,\"min\":23000.50,\"max\":24000.00,"
                                + "\"threads\":2,\"others\":0.03}",
                        "a library said this"),
                Condition.BUSY_CORE,
                3);
        assertThat(measurements)
                .containsExactly(new Measurement(
                        "djl",
                        "0.36",
                        "mlp-train",
                        "train",
                        "samples/s",
                        23973,
                        23000.5,
                        24000,
                        2,
                        0.03,
                        Condition.BUSY_CORE,
                        3));
    }

    @Test
    void aFailureIsNamedByTheMostTellingLine() {
        List<String> silent = List.of();
        assertThat(Runner.reason(
                        List.of("{\"peer\":\"djl\",\"workload\":\"x\",\"error\":\"it does not train\"}"),
                        List.of("Exception in thread main"),
                        1))
                .isEqualTo("it does not train");
        assertThat(Runner.reason(silent, List.of("# note", "no workload gpt-train; known: [mlp-train]", "# done"), 1))
                .isEqualTo("no workload gpt-train; known: [mlp-train]");
        assertThat(Runner.reason(silent, List.of("# note", "run.sh: line 3: mvn: command not found"), 127))
                .isEqualTo("run.sh: line 3: mvn: command not found");
        assertThat(Runner.reason(silent, List.of("# note", ""), 137))
                .isEqualTo("it ended with code 137 and said nothing");
    }
}
