package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PricesTest extends ExampleTest {

    @TempDir
    private Path folder;

    @Test
    void learnsAndAsksTheModelThatItSaved() {
        Path model = folder.resolve("cars.safetensors");
        assertThat(run("prices", "--backend", "cpu", "--threads", "2", "--model", model.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("price from 23 columns as ", "epoch 40/40  loss ", " dollars, the model says ");
        // Cars cost 13,207 dollars in the mean, with a standard deviation of 7,947.
        double wrong = Double.parseDouble(found("40 cars that it has not seen: wrong by ([\\d,]+) dollars")
                .replace(",", ""));
        assertThat(wrong).isLessThan(2500);
        assertThat(model).exists();
    }

    @Test
    void jsonLinesAreForPrograms() throws IOException {
        Path events = folder.resolve("events");
        assertThat(run("prices", "--backend", "cpu", "--epochs", "2", "--json", "--tensorboard", events.toString()))
                .as(err.toString())
                .isZero();
        String[] lines = out.toString().split("\\R");
        assertThat(lines).hasSize(4);
        assertThat(new ObjectMapper().readTree(lines[1]).get("secondsWaited").asDouble())
                .isBetween(0.0, 1.0);
        assertThat(new ObjectMapper()
                        .readTree(lines[3])
                        .get("meanAbsoluteError")
                        .asDouble())
                .isPositive();
        try (Stream<Path> files = Files.list(events)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void saysWhatIsWrongWithATable() throws IOException {
        Path file = Files.writeString(folder.resolve("cars.csv"), "make,price\nsaab,12\nbmw,cheap\n");

        assertThat(run("prices", "--data", file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("cars.csv, line 3, column 'price': 'cheap' is no number");
    }
}
