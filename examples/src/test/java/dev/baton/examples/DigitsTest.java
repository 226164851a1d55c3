package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.run(false, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void learnsAndSaysSo() {
        assertThat(run("digits", "--backend", "reference", "--epochs", "4", "--limit", "600"))
                .isZero();
        assertThat(out.toString())
                .contains("epoch 4/4  loss")
                .contains("right is")
                .containsPattern("weights: sha256 [0-9a-f]{64}");
        var accuracy =
                java.util.regex.Pattern.compile("test accuracy: (0\\.\\d{4})").matcher(out.toString());
        assertThat(accuracy.find()).isTrue();
        assertThat(Double.parseDouble(accuracy.group(1))).isGreaterThan(0.75);
    }

    @Test
    void jsonLinesAreForPrograms() throws Exception {
        assertThat(run(
                        "digits",
                        "--backend",
                        "reference",
                        "--epochs",
                        "2",
                        "--limit",
                        "100",
                        "--threads",
                        "3",
                        "--json"))
                .isZero();
        assertThat(System.getProperty("baton.threads")).isEqualTo("3");
        var events = new ArrayList<String>();
        for (String line : out.toString().split("\\R")) {
            var object = new ObjectMapper().readTree(line);
            events.add(object.get("event").asText());
            if (events.size() == 3) {
                assertThat(object.get("epoch").asInt()).isEqualTo(2);
                assertThat(object.get("accuracy").asDouble()).isBetween(0.0, 1.0);
            }
            if (events.size() == 4) {
                assertThat(object.get("testAccuracy").asDouble()).isBetween(0.2, 1.0);
                assertThat(object.get("weights").asText()).matches("sha256 [0-9a-f]{64}");
            }
        }
        assertThat(events).containsExactly("start", "epoch", "epoch", "result");
    }

    @Test
    void badDataIsNamed(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("optdigits.tra"), "0,".repeat(63) + "17,3\n");
        assertThat(run("digits", "--data", folder.toString())).isEqualTo(1);
        assertThat(err.toString().strip())
                .endsWith("optdigits.tra, line 1, field 64: '17' is no whole number from 0 to 16");
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) {
        assertThat(run("digits", "--data", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).startsWith("cannot read " + folder.resolve("optdigits.tra"));
    }

    @Test
    void wrongUsageIsStatusTwo() {
        assertThat(run("digits", "--epochs", "many")).isEqualTo(2);
        assertThat(run("nonsense")).isEqualTo(2);
        assertThat(run("digits", "--epochs", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("Invalid value for option '--epochs': at least 1, not 0");
        assertThat(run("digits", "--threads", "-1")).isEqualTo(2);
        assertThat(run("digits", "--limit", "0")).isEqualTo(2);
        assertThat(run("digits", "--backend", "nonsense")).isEqualTo(1);
        assertThat(err.toString()).contains("there is no backend named 'nonsense'");
    }

    /** Both backends are on the class path; the GPU's has the higher priority, and no kernels yet. */
    @Test
    void whereTheGpuCannotTheProcessorDoes() {
        assertThat(run("digits", "--epochs", "1", "--limit", "100")).isZero();
        assertThat(out.toString()).startsWith("backend cpu, device cpu: ");
        assertThat(run("digits", "--backend", "cuda")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("backend 'cuda' is not available: ")
                .contains("\n  cpu: available");
    }
}
