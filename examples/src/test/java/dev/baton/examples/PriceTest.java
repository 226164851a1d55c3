package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PriceTest extends ExampleTest {

    private JsonNode json(String... arguments) throws Exception {
        assertThat(run(arguments)).as(err.toString()).isZero();
        assertThat(out.toString().lines()).hasSize(1);
        return new ObjectMapper().readTree(out.toString());
    }

    /** torchvision's parameters; by its 4.089184256 G multiply-adds and a share of elementwise functions. */
    @Test
    void resNet50OnANamedDevice() throws Exception {
        JsonNode price = json("price", "resnet50", "--hardware", "a100", "--json");
        assertThat(price.get("parameters").asLong()).isEqualTo(25_557_032);
        assertThat(price.get("examples").asDouble()).isEqualTo(90 * 1_281_167.0);
        assertThat(price.get("steps").asLong()).isEqualTo(90 * 5005);
        assertThat(price.get("answer.operations").asDouble()).isBetween(2 * 4.089e9, 2.02 * 4.089e9);
        assertThat(price.get("fits").asInt()).isEqualTo(1);
        assertThat(price.get("joules").asDouble())
                .isCloseTo(price.get("seconds").asDouble() * 400 * 1.56, within(1e-3));
    }

    /** Brown et al. 2020, table D.1: 3.14e23 operations. */
    @Test
    void gpt3() {
        assertThat(run("price", "gpt3")).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains(
                        "gpt3: 174,604,259,328 parameters",
                        "by parameters alone (6 for each and token) 3.143e+23",
                        "warning: does not fit",
                        "hardware: V100: peak 125.0 T operations/s of 16 bits",
                        "utilisation 40 % of the peak",
                        "0.15 USD/kWh",
                        "436 g CO2/kWh",
                        "one training example");
    }

    @Test
    void assumptionsCanBeChanged() throws Exception {
        JsonNode price = json(
                "price",
                "gpt",
                "--layers=2",
                "--width=64",
                "--heads=2",
                "--context=32",
                "--vocabulary=65",
                "--tokens=3200",
                "--hardware=tpu-v4",
                "--devices=4",
                "--utilisation=0.2",
                "--overhead=1.1",
                "--kwh-price=0.3",
                "--hour-price=2",
                "--co2=50",
                "--link=10",
                "--watts=100",
                "--json");
        // The embeddings, two layers of 12 width^2 + 13 width, the last norm.
        assertThat(price.get("parameters").asLong())
                .isEqualTo(65 * 64 + 32 * 64 + 2 * (12 * 64 * 64 + 13 * 64) + 2 * 64);
        assertThat(price.get("examples").asDouble()).isEqualTo(100);
        assertThat(price.get("devices").asInt()).isEqualTo(4);
        assertThat(price.get("utilisation").asDouble()).isEqualTo(0.2);
        assertThat(price.get("linkBytesPerSecond").asDouble()).isEqualTo(10e9);
        double hours = price.get("seconds").asDouble() / 3600;
        assertThat(price.get("money").asDouble()).isCloseTo(hours * 4 * (0.1 * 1.1 * 0.3 + 2), within(1e-12));
        assertThat(price.get("gramsOfCo2").asDouble()).isCloseTo(hours * 4 * 0.1 * 1.1 * 50, within(1e-12));
    }

    /** The commands of docs/price.md print what stands there. */
    @Test
    void thePageIsRight() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "price.md"));
        var shown = Pattern.compile("```sh\njava -jar \\S+ (.*?)\n```\n\n```\n(.*?)```", Pattern.DOTALL)
                .matcher(page);
        int count = 0;
        while (shown.find()) {
            assertThat(run(shown.group(1).split(" "))).isZero();
            assertThat(out.toString().lines())
                    .containsSubsequence(shown.group(2).lines().toList());
            count++;
        }
        assertThat(count).isEqualTo(2);
    }

    /** Without hardware it is this machine, whose speed is measured: no peak and no utilisation are assumed. */
    @Test
    void onThisMachine() throws Exception {
        JsonNode price = json("price", "mlp", "--epochs", "1", "--json");
        assertThat(price.get("hardware").asText()).startsWith("cpu");
        assertThat(price.has("utilisation")).isFalse();
        // 469 steps of 0.3 billion operations: no processor has done that in a millisecond, none takes an hour.
        assertThat(price.get("seconds").asDouble()).isBetween(1e-3, 3600.0);
        assertThat(price.get("overheadOfSite").asDouble()).isEqualTo(1);
    }

    @Test
    void layerByLayer() {
        assertThat(run("price", "lenet", "--hardware", "phone", "--by-layer"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("layer ", "Conv2d", "Linear", "\nall ", "training = ");
    }

    @Test
    void wrongUsageIsSaid() {
        assertThat(run("price", "resnet50", "--hardware", "abacus")).isEqualTo(1);
        assertThat(err.toString()).contains("there is no hardware named 'abacus'");
        assertThat(run("price", "perceptron")).isEqualTo(2);
        assertThat(run("price", "mlp", "--batch", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("Invalid value for option '--batch': at least 1, not 0");
    }
}
