package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShakespeareTest extends ExampleTest {

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = folder.resolve("text.txt");
        Files.writeString(file, "The quick brown fox jumps over the lazy dog.\n".repeat(40));
    }

    @Test
    void learnsAndSaysSo() {
        assertThat(run("shakespeare", "--data", file.toString(), "--steps", "60", "--seed", "3"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("h.3.mlp.c_proj: Linear(512 -> 128)")
                .contains("\nstep 50/60  loss ")
                .contains("\nstep 60/60  loss ")
                .containsPattern("weights: sha256 [0-9a-f]{64}");
        // The text has 29 different characters.
        assertThat(Double.parseDouble(found("validation loss: (\\d\\.\\d{4})"))).isLessThan(0.6 * Math.log(29));
        String first = out.toString().lines().reduce((a, b) -> b).orElseThrow();
        assertThat(run("shakespeare", "--data", file.toString(), "--steps", "60", "--seed", "3", "--threads", "3"))
                .isZero();
        assertThat(out.toString().lines().reduce((a, b) -> b)).hasValue(first);
    }

    @Test
    void jsonLinesAreForPrograms() throws Exception {
        Path small = folder.resolve("small.safetensors");
        assertThat(run(
                        "shakespeare",
                        "--data",
                        file.toString(),
                        "--steps",
                        "3",
                        "--limit",
                        "1500",
                        "--int8",
                        small.toString(),
                        "--json"))
                .as(err.toString())
                .isZero();
        var events = new ArrayList<String>();
        JsonNode last = null;
        for (String line : out.toString().split("\\R")) {
            last = new ObjectMapper().readTree(line);
            events.add(last.get("event").asText());
            if (last.has("text")) {
                assertThat(last.get("text").asText()).hasSize(160);
            }
            if (last.has("products")) {
                // Four of each of four blocks, and the head.
                assertThat(last.get("products").asInt()).isEqualTo(17);
                assertThat(last.get("size").asDouble()).isBetween(0.25, 0.3);
                assertThat(last.get("timeOfToken").asDouble()).isPositive();
                assertThat(last.get("lossAfter").asDouble())
                        .isCloseTo(last.get("lossBefore").asDouble(), offset(0.02));
            }
            if (last.has("tokensPerSecond")) {
                assertThat(last.get("steps").asInt()).isEqualTo(3);
                assertThat(last.get("validationLoss").asDouble()).isBetween(1.0, 4.0);
            }
        }
        assertThat(events).containsExactly("start", "progress", "sample", "int8", "result");
        assertThat(small).isNotEmptyFile();
        assertThat(last.get("validationLoss").asDouble()).isBetween(1.0, 4.0);
        assertThat(last.get("weights").asText()).matches("sha256 [0-9a-f]{64}");

        // The file of bytes goes on with a text by itself, up to its context and one character more.
        assertThat(run("answer", "--json", "--model", small.toString(), "the quick "))
                .as(err.toString())
                .isZero();
        JsonNode text = new ObjectMapper().readTree(out.toString());
        assertThat(text.get("text").asText()).hasSize(64 - 10 + 1);
        assertThat(run("answer", "--model", small.toString(), "the quick ")).isZero();
        assertThat(out.toString()).isEqualTo("the quick " + text.get("text").asText() + System.lineSeparator());
    }

    @Test
    void thePageShowsTextsAndWhatCameAfterThem() {
        Path page = folder.resolve("run.html");

        assertThat(run(
                        "shakespeare",
                        "--data",
                        file.toString(),
                        "--steps",
                        "3",
                        "--limit",
                        "1500",
                        "--report",
                        page.toString()))
                .as(err.toString())
                .isZero();
        assertThat(page).content().contains("validation loss", "quick brown", "h.3.mlp.c_proj");
    }

    @Test
    void withoutATextItSaysWhereOneIs() {
        assertThat(run("shakespeare")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith(
                        "shakespeare needs a text: --data FILE, in UTF-8. A file of Shakespeare's plays (1.1 MB) is at https://");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aTextThatCannotBeUsedIsNamed() throws Exception {
        Path missing = folder.resolve("missing.txt");
        assertThat(run("shakespeare", "--data", missing.toString())).isEqualTo(1);
        assertThat(err.toString()).startsWith("cannot read " + missing);
        Files.write(file, "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(run("shakespeare", "--data", file.toString())).isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo(file + " is not UTF-8: byte 3 is 233");
        Files.writeString(file, "");
        assertThat(run("shakespeare", "--data", file.toString())).isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo(file + " is empty");
        Files.writeString(file, "x".repeat(640));
        assertThat(run("shakespeare", "--data", file.toString())).isEqualTo(1);
        assertThat(err.toString().strip())
                .isEqualTo(
                        file + " has 640 characters; a tenth is held out to measure the loss on, which takes more than "
                                + "64: at least 650");
        Files.writeString(file, "xy".repeat(325));
        assertThat(run("shakespeare", "--data", file.toString(), "--steps", "1"))
                .as(err.toString())
                .isZero();
    }
}
