package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.data.Examples;
import dev.baton.runtime.Session;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ForgeTest extends ExampleTest {

    @Test
    void learnsAndSaysSo() {
        assertThat(run("forge", "--backend", "cpu", "--epochs", "25", "--threads", "2"))
                .isZero();
        assertThat(out.toString()).contains("step 1,500/1,500  expert: loss ", "forged caught", " @ @");
        assertThat(Double.parseDouble(found("third network: ([01]\\.\\d{4})"))).isGreaterThan(0.95);
        assertThat(Double.parseDouble(found("digit ordered: ([01]\\.\\d{4})"))).isGreaterThan(0.7);
        assertThat(Double.parseDouble(found("genuine ones is 1: (\\d\\.\\d{2})")))
                .isBetween(0.4, 1.1);
        assertThat(found("weights: sha256 ([0-9a-f]{64})")).isNotBlank();
    }

    /** Bits do not depend on how many threads there are, and do on the seed. */
    @Test
    void theSameForAnyNumberOfThreads() {
        assertThat(run("forge", "--backend", "cpu", "--epochs", "2", "--limit", "96", "--threads", "1"))
                .isZero();
        String one = found("weights: (sha256 .*)");
        assertThat(run("forge", "--backend", "cpu", "--epochs", "2", "--limit", "96", "--threads", "3"))
                .isZero();
        assertThat(found("weights: (sha256 .*)")).isEqualTo(one);
        assertThat(run("forge", "--backend", "cpu", "--epochs", "2", "--limit", "96", "--seed", "2"))
                .isZero();
        assertThat(found("weights: (sha256 .*)")).isNotEqualTo(one);
    }

    @Test
    void jsonLinesAreForPrograms() throws Exception {
        assertThat(run("forge", "--backend", "cpu", "--steps", "3", "--limit", "100", "--json"))
                .isZero();
        String[] lines = out.toString().split("\\R");
        assertThat(lines).hasSize(3);
        int forger = 43 * 256 + 257 * 256 + 257 * 64;
        int expert = 75 * 256 + 257 * 256 + 257;
        assertThat(json(lines[0]).get("parameters").asLong()).isEqualTo(forger + expert);
        assertThat(json(lines[1]).get("step").asLong()).isEqualTo(3);
        // Both begin as if they guessed: twice ln 2 and ln 2.
        assertThat(json(lines[1]).get("expertLoss").asDouble()).isCloseTo(2 * Math.log(2), within(0.7));
        assertThat(json(lines[1]).get("forgedCaught").asDouble()).isBetween(0.0, 1.0);
        assertThat(json(lines[2]).get("readAsOrdered").asDouble()).isBetween(0.0, 1.0);
        assertThat(json(lines[2]).get("variety").asDouble()).isBetween(0.0, 1.0);
    }

    private static JsonNode json(String line) throws Exception {
        return new ObjectMapper().readTree(line);
    }

    /** Genuine digits in the place of forged ones are as good as genuine; the same ten over and over have no variety. */
    @Test
    void theVerdictTellsCopiesFromDigits() {
        Examples train = DigitFiles.read(null, "optdigits.tra").part(0, 300);
        Examples test = DigitFiles.read(null, "optdigits.tes").part(0, 500);
        int[] labels = IntStream.range(0, 100).map(i -> i % 10).toArray();
        float[][] first = IntStream.range(0, 100)
                .mapToObj(i -> train.input(IntStream.range(0, 300)
                        .filter(j -> train.label(j) == i % 10)
                        .findFirst()
                        .orElseThrow()))
                .toArray(float[][]::new);
        try (var session = Session.open("cpu", 1)) {
            Verdict genuine = Verdict.of(session, train, test, test);
            assertThat(genuine.asOrdered()).isEqualTo(genuine.readerAccuracy()).isGreaterThan(0.7);
            assertThat(genuine.variety()).isEqualTo(1);
        }
        try (var session = Session.open("cpu", 1)) {
            Verdict copies = Verdict.of(session, train, test, Examples.of(first, labels, 10));
            assertThat(copies.asOrdered()).isGreaterThan(0.7);
            assertThat(copies.variety()).isZero();
        }
    }
}
