package dev.baton.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuComparisonTest {

    private static String speed(String framework, String workload, double median) {
        return """
                {"peer":"%s","version":"1","workload":"%s","metric":"train","unit":"samples/s","median":%.2f}\
                """.formatted(framework, workload, median);
    }

    private static GpuComparison comparison(List<String> lines) throws IOException {
        return new GpuComparison(GpuRow.ALL, GpuLines.parse(lines));
    }

    /** All workloads, with Baton so many times as fast as PyTorch. */
    private static List<String> lines(double ratio) {
        var lines = new ArrayList<String>();
        for (GpuRow row : GpuRow.ALL) {
            lines.add(speed("baton", row.workload(), ratio * 1000));
            lines.add(speed("pytorch-eager", row.workload(), 1000));
            lines.add(speed("pytorch-compiled", row.workload(), 1000));
        }
        return lines;
    }

    @Test
    void everyTargetIsReached() throws IOException {
        GpuComparison comparison = comparison(lines(2));
        assertThat(comparison.text()).endsWith("\n11 targets reached");
        assertThat(comparison.status()).isZero();
    }

    @Test
    void targetsAreMissed() throws IOException {
        GpuComparison comparison = comparison(lines(1.5));
        assertThat(comparison.text())
                .endsWith("\n7 targets reached; 4 missed: mlp-train beside eager, gpt-train beside eager, "
                        + "gpt-384-train beside eager, lstm-train beside eager");
        assertThat(comparison.status()).isEqualTo(1);
    }

    @Test
    void whatBatonDoesNotRunIsMissed() throws IOException {
        List<String> lines = lines(2);
        lines.removeIf(line -> line.contains("\"baton\"") && line.contains("-bfloat16"));
        lines.add("{\"peer\":\"baton\",\"version\":\"1\",\"workload\":\"gpt2-train-bfloat16\",\"error\":\"has none\"}");
        GpuComparison comparison = comparison(lines);
        assertThat(comparison.text())
                .endsWith("\nfailed: baton, gpt2-train-bfloat16: has none\n"
                        + "10 targets reached; 1 missed: gpt2-train-bfloat16 beside compiled (Baton did not run it)");
        assertThat(comparison.status()).isEqualTo(1);
    }

    @Test
    void withoutPyTorchNothingIsJudged() throws IOException {
        List<String> lines = lines(2);
        lines.removeIf(line -> line.contains("pytorch"));
        GpuComparison comparison = comparison(lines);
        assertThat(comparison.text()).contains("\n0 targets reached; 11 not judged: mlp-train beside eager, ");
        assertThat(comparison.status()).isEqualTo(3);
    }

    @Test
    void theFloorIsTheSlowerOfProductsAndMemory() throws IOException {
        GpuRow row = GpuRow.ALL.get(0);
        String products = "{\"ceiling\":\"multiply-adds\",\"precision\":\"float32\",\"perSecond\":%.6e}";
        String bandwidth = "{\"ceiling\":\"bandwidth\",\"bytes\":%d,\"perSecond\":%.6e}";
        double perSecond = row.work().multiplyAdds() * 1000;
        GpuLines read = GpuLines.parse(List.of(
                products.formatted(perSecond),
                bandwidth.formatted(row.work().bytes(), row.work().bytes() * 500.0)));
        assertThat(read.floor(row)).isCloseTo(500 * 128.0, withinPercentage(0.01));
        assertThat(read.floor(GpuRow.ALL.get(1))).isNull();
    }
}
