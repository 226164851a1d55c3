package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswersTest extends ExampleTest {

    @TempDir
    private Path folder;

    @Test
    void digitsAreReadByTheFileAlone() throws IOException {
        Path model = folder.resolve("digits.safetensors");
        assertThat(run("digits", "--backend", "cpu", "--epochs", "10", "--model", model.toString()))
                .as(err.toString())
                .isZero();
        // Lines of the test file as they are, but for the digit at their end.
        List<String> lines;
        try (var reader = new BufferedReader(new InputStreamReader(
                Digits.class.getResourceAsStream("optdigits/optdigits.tes"), StandardCharsets.US_ASCII))) {
            lines = reader.lines().limit(100).collect(Collectors.toList());
        }
        var arguments = lines.stream()
                .map(line -> line.substring(0, line.lastIndexOf(',')))
                .collect(Collectors.toList());
        arguments.addAll(0, List.of("answer", "--json", "--model", model.toString()));
        assertThat(run(arguments.toArray(String[]::new))).as(err.toString()).isZero();
        String[] answers = out.toString().split("\\R");
        assertThat(answers).hasSize(100);
        int right = 0;
        for (int i = 0; i < answers.length; i++) {
            JsonNode answer = new ObjectMapper().readTree(answers[i]);
            assertThat(answer.get("probability").asDouble()).isBetween(0.1, 1.0);
            right += answer.get("label")
                            .asText()
                            .equals(lines.get(i).substring(lines.get(i).lastIndexOf(',') + 1))
                    ? 1
                    : 0;
        }
        assertThat(right).isGreaterThan(90);

        assertThat(run("answer", "--model", model.toString(), "1,2,x")).isEqualTo(1);
        assertThat(err.toString()).startsWith("field 3 of the row is no number: 'x'");
        assertThat(run("answer", "--model", model.toString(), "1,2")).isEqualTo(1);
        assertThat(err.toString()).startsWith("a row has 64 values, not 2");
    }

    @Test
    void petsAreSeenByTheFileAlone() throws IOException {
        PetPictures.write(folder);
        Path model = folder.resolve("pets.safetensors");
        assertThat(run("pets", "--data", folder.toString(), "--epochs", "8", "--model", model.toString()))
                .as(err.toString())
                .isZero();
        Path cat = folder.resolve("test/cat/3.png");
        Path bird = folder.resolve("test/bird/5.png");
        assertThat(run("answer", "--model", model.toString(), cat.toString(), bird.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(cat + ": cat (0."),
                        line -> assertThat(line).startsWith(bird + ": bird (0."));
        Path none = folder.resolve("none.png");
        assertThat(run("answer", "--model", model.toString(), none.toString())).isEqualTo(1);
        assertThat(err.toString()).startsWith("cannot read " + none + ": there is no such file");
    }

    @Test
    void withoutAModelThereIsNoAnswer() {
        assertThat(run("answer", "1,2")).isEqualTo(2);
        Path none = folder.resolve("none.safetensors");
        assertThat(run("answer", "--model", none.toString(), "1,2")).isEqualTo(1);
        assertThat(err.toString()).startsWith("cannot read " + none + ": there is no such file");
    }
}
