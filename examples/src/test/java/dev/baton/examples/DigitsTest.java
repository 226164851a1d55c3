package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DigitsTest extends ExampleTest {

    @Test
    void learnsAndSaysSo() {
        assertThat(run("digits", "--backend", "reference", "--epochs", "4", "--limit", "600"))
                .isZero();
        assertThat(out.toString())
                .contains("memory to train on batches of 64: ")
                .contains("epoch 4/4  loss")
                .contains("right is")
                .containsPattern("weights: sha256 [0-9a-f]{64}");
        assertThat(Double.parseDouble(found("test accuracy: (0\\.\\d{4})"))).isGreaterThan(0.75);
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
    void theRunEndsAfterSoManySteps() {
        assertThat(run("digits", "--backend", "reference", "--steps", "3", "--limit", "150"))
                .isZero();
        // 135 examples are 3 batches of at most 64: one epoch.
        assertThat(out.toString())
                .contains("epoch 1/1  loss")
                .contains("0 s left")
                .doesNotContain("epoch 2/");
        assertThat(run("digits", "--backend", "reference", "--steps", "4", "--limit", "150"))
                .isZero();
        assertThat(out.toString()).contains("epoch 2/2  loss");
        assertThat(run("digits", "--backend", "reference", "--steps", "400", "--epochs", "3", "--limit", "20"))
                .isZero();
        assertThat(out.toString()).contains("epoch 3/3  loss");
    }

    private static final String DIGIT = "0,".repeat(64) + "3\n";

    static Stream<Arguments> badFiles() {
        String folder = "; --data takes a folder that holds optdigits.tra and optdigits.tes";
        return Stream.of(
                arguments("a missing file", null, "there is no file FILE" + folder),
                arguments("an empty file", "", "FILE holds no examples"),
                arguments(
                        "a truncated line",
                        DIGIT + "0,1,2,3",
                        "FILE, line 2: 4 of the 65 fields of a digit; the file is cut off here, or the line is damaged"),
                arguments(
                        "a label that is no digit",
                        DIGIT + DIGIT + "0,".repeat(64) + "12\n",
                        "FILE, line 3, field 65 (the digit): '12' is no whole number from 0 to 9"),
                arguments(
                        "a pixel too dark",
                        "0,".repeat(63) + "17,3\n",
                        "FILE, line 1, field 64: '17' is no whole number from 0 to 16"),
                arguments(
                        "a text in the place of a number",
                        DIGIT + "five," + DIGIT.substring(2),
                        "FILE, line 2, field 1: 'five' is no whole number from 0 to 16"),
                arguments("no text at all", "\u00fc", "FILE is no text: it holds bytes that are no ASCII characters"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badFiles")
    void badDataIsNamed(String what, String content, String message, @TempDir Path folder) throws Exception {
        Path file = folder.resolve("optdigits.tra");
        if (content != null) {
            Files.writeString(file, content);
        }
        assertThat(run("digits", "--data", folder.toString())).isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo(message.replace("FILE", file.toString()));
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void theTestFileIsReadBeforeAnythingIsLearnt(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("optdigits.tra"), DIGIT);
        assertThat(run("digits", "--data", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).startsWith("there is no file " + folder.resolve("optdigits.tes"));
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aFileIsNoFolder(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("digits.csv"), DIGIT);
        assertThat(run("digits", "--data", file.toString())).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("cannot read " + file.resolve("optdigits.tra") + ": ")
                .contains("; --data takes a folder");
    }

    @Test
    void aStackTraceIsPrintedWhereItIsAskedFor(@TempDir Path folder) {
        assertThat(run("digits", "--data", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).doesNotContain("\tat ");
        assertThat(run("digits", "--stacktrace", "--data", folder.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("dev.baton.DataException: there is no file ")
                .contains("\tat ");
    }

    @Test
    void theLogHoldsEveryStep(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("log.jsonl");
        assertThat(run("digits", "--steps", "5", "--limit", "200", "--log", log.toString()))
                .as(err.toString())
                .isZero();
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).hasSizeGreaterThan(5);
        for (String line : lines) {
            assertThat(new ObjectMapper().readTree(line).get("loss").asDouble()).isPositive();
        }
        assertThat(new ObjectMapper().readTree(lines.get(lines.size() - 1)).has("accuracy"))
                .isTrue();
    }

    @Test
    void wrongUsageIsStatusTwo() {
        for (String option : List.of("--epochs", "--steps", "--threads", "--limit")) {
            for (String value : List.of("0", "-1")) {
                assertThat(run("digits", option, value)).isEqualTo(2);
                assertThat(err.toString())
                        .contains("Invalid value for option '" + option + "': at least 1, not " + value);
            }
            assertThat(run("digits", option, "many")).isEqualTo(2);
            assertThat(run("digits", option)).isEqualTo(2);
        }
        assertThat(run("digits", "--seed", "x")).isEqualTo(2);
        assertThat(run("digits", "--resume")).isEqualTo(2);
        assertThat(err.toString()).contains("--resume needs --checkpoint DIR, the folder of the run");
        assertThat(run("digits", "--checkpoint-steps", "3")).isEqualTo(2);
        assertThat(run("digits", "--checkpoint", "x", "--checkpoint-steps", "0"))
                .isEqualTo(2);
        assertThat(run("digits", "--minutes", "0")).isEqualTo(2);
        assertThat(run("digits", "extra")).isEqualTo(2);
        assertThat(run("nonsense")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required subcommand").contains("Usage: ");
        assertThat(out.toString()).isEmpty();
        assertThat(run("--help")).isZero();
        assertThat(run("digits", "--help")).isZero();
        assertThat(out.toString()).contains("--steps=N");
    }

    @Test
    void anUnknownBackendIsStatusOne() {
        assertThat(run("digits", "--backend", "nonsense")).isEqualTo(1);
        assertThat(err.toString()).startsWith("there is no backend named 'nonsense'; found on the class path:");
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
