package dev.baton.benchmarks.compare;

import static dev.baton.benchmarks.compare.Examples.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {

    private static final Results RESULTS = new Results(
            "2026-01-02T03:04:05Z",
            new Machine("a processor", 2, "24 GiB", "Linux", "a JVM 17", "abc1234"),
            Examples.settings(true, "sgemm", "gpt-train"),
            1,
            new Ceilings("avx2", 2, 1e11, new TreeMap<>(Map.of(Work.product(512).bytes(), 1e11))),
            List.of(
                    line("baton", Condition.QUIET, "sgemm", "sgemm-512", 1, 190),
                    line("pytorch", Condition.QUIET, "sgemm", "sgemm-512", 1, 200)),
            List.of(new Failure("djl", "gpt-train", Condition.QUIET, "no workload gpt-train")));

    @Test
    void whatIsWrittenCanBeReadAndHoldsTheTable(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("results.json");
        RESULTS.write(file);
        assertThat(Results.read(file)).isEqualTo(RESULTS);
        JsonNode row = Json.MAPPER.readTree(file.toFile()).get("table").get(0);
        assertThat(row.get("row").asText()).isEqualTo("Product of 512");
        assertThat(row.get("peer").asText()).isEqualTo("pytorch");
        assertThat(row.get("ratio").asDouble()).isEqualTo(0.95);
        assertThat(row.get("met").asBoolean(true)).isFalse();
    }

    @Test
    void thePageHasTheMachineTheTableAndWhatWasNotMeasured() {
        String page = ResultsText.page(List.of(RESULTS));
        assertThat(page)
                .startsWith("# Results\n")
                .contains("## 2026-01-02T03:04:05Z\n")
                .contains("- Machine: a processor, 2 cores, 24 GiB, Linux\n")
                .contains("- Java: a JVM 17\n")
                .contains("commit abc1234")
                .contains("- Versions: baton 1.0, pytorch 1.0\n")
                .contains("- Ceilings: 200.0 GFLOP/s (avx2, 2 threads)")
                .contains("\n0 of 1 rows have what they must, 1 have not, 0 cannot be judged.\n")
                .contains("- not measured: djl, gpt-train (quiet): no workload gpt-train\n")
                .contains("- other processes kept up to 0.00 cores busy.\n");
        assertThat(cells(page, "Product of 512"))
                .containsExactly(
                        "Product of 512",
                        "pytorch",
                        "GFLOP/s",
                        "190.0",
                        "200.0",
                        "0.95",
                        ">= 0.97x",
                        "no",
                        ">= 1.05x",
                        "no",
                        "95 %",
                        "100 %");
        assertThat(cells(page, "sgemm ")).containsExactly("sgemm", "sgemm-512", "quiet", "units", "190.0", "200.0");
    }

    @Test
    void aNoisyMachineIsSaid() {
        var noisy = new Results(
                RESULTS.date(),
                RESULTS.machine(),
                RESULTS.settings(),
                1,
                null,
                List.of(line("baton", Condition.QUIET, 0.5)),
                List.of());
        assertThat(ResultsText.all(noisy)).contains("0.50 cores busy: these numbers are not worth comparing");
    }

    @Test
    void numbersHaveAsManyDigitsAsMatter() {
        assertThat(Numbers.of(43265.4)).isEqualTo("43,265");
        assertThat(Numbers.of(199.12)).isEqualTo("199.1");
        assertThat(Numbers.of(0.954)).isEqualTo("0.95");
        assertThat(Numbers.of(null)).isEqualTo("-");
        assertThat(Numbers.inWords(1.35)).isEqualTo("1.35");
        assertThat(Numbers.inWords(2)).isEqualTo("2");
    }

    private static List<String> cells(String page, String start) {
        String line = page.lines()
                .filter(each -> each.startsWith("| " + start))
                .findFirst()
                .orElseThrow();
        return List.of(line.substring(2, line.length() - 2).trim().split(" *\\| *"));
    }
}
