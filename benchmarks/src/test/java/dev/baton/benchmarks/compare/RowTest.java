package dev.baton.benchmarks.compare;

import static dev.baton.benchmarks.compare.Examples.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.benchmarks.compare.Row.Better;
import dev.baton.benchmarks.compare.Row.Judged;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RowTest {

    private static final List<String> PEERS = List.of("pytorch", "djl", "dl4j");

    /** 10^9 multiply-adds and 1000 bytes a run, which makes 50 units. */
    private static final Work WORK = new Work(1e9, 1000, 50);

    private static Row row(Better better, Judged judged, double must, Double aim) {
        Row.Value value =
                (measurements, framework) -> measurements.median(framework, Condition.QUIET, "mlp-infer", "metric");
        return new Row("title", "unit", "mlp-infer", better, judged, must, aim, value, WORK);
    }

    private static Judgement judge(Row row, Map<String, Double> values) {
        return judge(row, values, null);
    }

    private static Judgement judge(Row row, Map<String, Double> values, Ceilings ceilings) {
        var lines = new ArrayList<Measurement>();
        values.forEach(
                (framework, value) -> lines.add(line(framework, Condition.QUIET, "mlp-infer", "metric", 1, value)));
        return row.judge(new Measurements(lines), PEERS, ceilings);
    }

    @Test
    void theFastestPeerHasTheHighestRate() {
        Judgement judgement =
                judge(row(Better.MORE, Judged.RATIO, 1.5, 1.8), Map.of("baton", 160.0, "pytorch", 90.0, "djl", 100.0));
        assertThat(judgement.peer()).isEqualTo("djl");
        assertThat(judgement.peerValue()).isEqualTo(100.0);
        assertThat(judgement.ratio()).isEqualTo(1.6);
        assertThat(judgement.must()).isEqualTo(">= 1.5x");
        assertThat(judgement.met()).isTrue();
        assertThat(judgement.aimReached()).isFalse();
    }

    @Test
    void theFastestPeerHasTheLowestLatency() {
        Judgement judgement =
                judge(row(Better.LESS, Judged.RATIO, 0.6, 0.5), Map.of("baton", 45.0, "pytorch", 90.0, "djl", 100.0));
        assertThat(judgement.peer()).isEqualTo("pytorch");
        assertThat(judgement.ratio()).isEqualTo(0.5);
        assertThat(judgement.must()).isEqualTo("<= 0.6x");
        assertThat(judgement.met()).isTrue();
        assertThat(judgement.aimReached()).as("0.5 is reached by 0.5").isTrue();
    }

    @Test
    void aRowCanBeJudgedByItsValueAlone() {
        Row row = row(Better.MORE, Judged.VALUE, 0.45, null);
        Judgement good = judge(row, Map.of("baton", 0.5, "djl", 0.9));
        assertThat(good.met()).isTrue();
        assertThat(good.must()).isEqualTo(">= 0.45");
        assertThat(good.aim()).isNull();
        assertThat(good.aimReached()).isNull();
        assertThat(judge(row, Map.of("baton", 0.4, "djl", 0.1)).met()).isFalse();
    }

    @Test
    void aPeerThatIsMissingIsLeftOutAndWithoutAnyThereIsNoRatio() {
        Row row = row(Better.MORE, Judged.RATIO, 1.5, null);
        assertThat(judge(row, Map.of("baton", 160.0, "dl4j", 50.0)).peer()).isEqualTo("dl4j");
        Judgement alone = judge(row, Map.of("baton", 160.0));
        assertThat(alone.baton()).isEqualTo(160.0);
        assertThat(alone.peer()).isNull();
        assertThat(alone.ratio()).isNull();
        assertThat(alone.met()).isNull();
    }

    @Test
    void withoutBatonNothingIsMet() {
        Judgement failed = judge(row(Better.MORE, Judged.RATIO, 1.5, null), Map.of("pytorch", 160.0));
        assertThat(failed.baton()).isNull();
        assertThat(failed.peer()).isEqualTo("pytorch");
        assertThat(failed.met()).isNull();
    }

    @Test
    void theFloorIsTheLargerOfTheTwo() {
        Row rate = row(Better.MORE, Judged.RATIO, 1, null);
        // 0.1 s of arithmetic, so 500 units/s at most; next to no time to read.
        Ceilings arithmetic = ceilings(1e10, 1e9);
        assertThat(judge(rate, Map.of("baton", 250.0, "djl", 100.0), arithmetic).shareOfFloor())
                .isCloseTo(0.5, within(1e-9));
        assertThat(judge(rate, Map.of("baton", 250.0, "djl", 100.0), arithmetic).peerShareOfFloor())
                .isCloseTo(0.2, within(1e-9));
        // 0.1 s to read, and the arithmetic is quick.
        assertThat(judge(rate, Map.of("baton", 250.0), ceilings(1e15, 1e4)).shareOfFloor())
                .isCloseTo(0.5, within(1e-9));
    }

    @Test
    void aLatencyIsInMicroseconds() {
        Row latency = row(Better.LESS, Judged.RATIO, 1, null);
        assertThat(judge(latency, Map.of("baton", 400_000.0), ceilings(1e10, 1e9))
                        .shareOfFloor())
                .isCloseTo(0.25, within(1e-9));
    }

    private static Ceilings ceilings(double multiplyAdds, double bandwidth) {
        SortedMap<Long, Double> bandwidths = new TreeMap<>(Map.of(WORK.bytes(), bandwidth));
        return new Ceilings("avx2", 2, multiplyAdds, bandwidths);
    }
}
