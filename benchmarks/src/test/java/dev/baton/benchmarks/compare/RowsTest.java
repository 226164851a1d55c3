package dev.baton.benchmarks.compare;

import static dev.baton.benchmarks.compare.Examples.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowsTest {

    private static final List<String> PEERS = List.of("pytorch", "djl");

    @Test
    void rowsThatNobodyWasMeasuredForAreLeftOut() {
        var measurements = new Measurements(List.of(
                line("baton", Condition.QUIET, "sgemm", "sgemm-512", 1, 210),
                line("djl", Condition.QUIET, "sgemm", "sgemm-1024", 1, 200)));
        assertThat(Rows.judge(measurements, PEERS, null))
                .extracting(Judgement::row)
                .containsExactly("Product of 512", "Product of 1024");
    }

    @Test
    void memoryComesFromTheRunsThatMeasureIt() {
        var measurements = new Measurements(List.of(
                line("baton", Condition.QUIET, "cnn-train", "peak-memory", 1, 900),
                line("baton", Condition.FOOTPRINT, "cnn-train", "peak-memory", 1, 100),
                line("pytorch", Condition.FOOTPRINT, "cnn-train", "peak-memory", 1, 400),
                line("djl", Condition.FOOTPRINT, "cnn-train", "peak-memory", 1, 500)));
        List<Judgement> table = Rows.judge(measurements, PEERS, null);
        assertThat(table).hasSize(1);
        assertThat(table.get(0).peer()).as("the leanest").isEqualTo("pytorch");
        assertThat(table.get(0).ratio()).isEqualTo(0.25);
        assertThat(table.get(0).met()).isTrue();
    }

    @Test
    void theFirstStepHasToComeInAThirdOfTheTime() {
        var measurements = new Measurements(List.of(
                line("baton", Condition.FOOTPRINT, "mlp-train", "first-step", 1, 300),
                line("pytorch", Condition.FOOTPRINT, "mlp-train", "first-step", 1, 900)));
        assertThat(Rows.judge(measurements, PEERS, null).get(0).met()).isTrue();
        assertThat(Rows.judge(measurements, PEERS, null).get(0).must()).isEqualTo("<= 0.33x");
    }

    @Test
    void aTailIsJudgedByItself() {
        var measurements = new Measurements(List.of(
                line("baton", Condition.QUIET, "cnn-infer", "batch1-latency-median", 1, 100),
                line("baton", Condition.QUIET, "cnn-infer", "batch1-latency-p99", 1, 201),
                line("djl", Condition.QUIET, "cnn-infer", "batch1-latency-median", 1, 300),
                line("djl", Condition.QUIET, "cnn-infer", "batch1-latency-p99", 1, 3000)));
        assertThat(Rows.judge(measurements, PEERS, null))
                .filteredOn(judgement -> judgement.row().contains("p99"))
                .singleElement()
                .satisfies(judgement -> {
                    assertThat(judgement.baton()).isEqualTo(2.01);
                    assertThat(judgement.met()).isFalse();
                });
    }

    @Test
    void theWorkloadsAreThoseOfThePeersAndBatonsOwn() {
        assertThat(Rows.workloads())
                .containsExactly(
                        "mlp-train",
                        "cnn-train",
                        "resnet20-train",
                        "gpt-train",
                        "lstm-train",
                        "mlp-infer",
                        "cnn-infer",
                        "resnet20-infer",
                        "gpt-generate",
                        "gpt-generate-cached",
                        "sgemm",
                        "mlp-train-bfloat16",
                        "cnn-train-bfloat16");
    }

    @Test
    void bfloat16IsComparedWithBatonsOwnFloat32() {
        var measurements = new Measurements(List.of(
                line("baton", Condition.QUIET, "cnn-train", "train", 1, 100),
                line("baton", Condition.QUIET, "cnn-train-bfloat16", "train", 1, 150),
                line("djl", Condition.QUIET, "cnn-train", "train", 1, 1000)));
        assertThat(Rows.judge(measurements, PEERS, null))
                .filteredOn(judgement -> judgement.row().contains("bfloat16"))
                .singleElement()
                .satisfies(judgement -> {
                    assertThat(judgement.baton()).isEqualTo(1.5);
                    assertThat(judgement.peer()).isNull();
                    assertThat(judgement.met()).isTrue();
                });
    }

    @Test
    void generationWithCachesIsComparedWithThePeersWithout() {
        var measurements = new Measurements(List.of(
                line("baton", Condition.QUIET, "gpt-generate", "generate", 1, 900),
                line("baton", Condition.QUIET, "gpt-generate-cached", "generate", 1, 1200),
                line("djl", Condition.QUIET, "gpt-generate", "generate", 1, 500)));
        assertThat(Rows.judge(measurements, PEERS, null))
                .filteredOn(judgement -> judgement.row().contains("caches"))
                .singleElement()
                .satisfies(judgement -> {
                    assertThat(judgement.peer()).isEqualTo("djl");
                    assertThat(judgement.ratio()).isEqualTo(2.4);
                    assertThat(judgement.met()).isTrue();
                });
        var without = new Measurements(List.of(line("djl", Condition.QUIET, "gpt-generate", "generate", 1, 500)));
        assertThat(Rows.judge(without, PEERS, null)).hasSize(1);
    }

    @Test
    void theWholeTableMeasuresTrainingForMemoryAndOneWorkloadBesideABusyCore() {
        assertThat(Examples.settings(true, "mlp-train", "cnn-train", "sgemm").tasks())
                .extracting(task -> task.workload() + ", " + task.condition())
                .containsExactly(
                        "mlp-train, quiet",
                        "mlp-train, busy core",
                        "mlp-train, footprint",
                        "cnn-train, quiet",
                        "cnn-train, footprint",
                        "sgemm, quiet");
        assertThat(Examples.settings(false, "mlp-train").tasks())
                .extracting(Settings.Task::condition)
                .containsExactly(Condition.QUIET);
    }

    @Test
    void whatIsComparedWithBatonsOwnComesRightBehindIt() {
        assertThat(Examples.settings(true, "cnn-train", "gpt-generate", "gpt-generate-cached", "cnn-train-bfloat16")
                        .tasks())
                .extracting(task -> task.workload() + ", " + task.condition())
                .containsExactly(
                        "cnn-train, quiet",
                        "cnn-train-bfloat16, quiet",
                        "cnn-train, footprint",
                        "gpt-generate, quiet",
                        "gpt-generate-cached, quiet");
        assertThat(Examples.settings(true, "cnn-train-bfloat16").tasks())
                .extracting(Settings.Task::workload)
                .containsExactly("cnn-train-bfloat16");
    }

    @Test
    void everySecondRoundGoesBackwards() {
        assertThat(Comparison.turn(PEERS, 1)).containsExactly("baton", "pytorch", "djl");
        assertThat(Comparison.turn(PEERS, 2)).containsExactly("djl", "pytorch", "baton");
    }
}
