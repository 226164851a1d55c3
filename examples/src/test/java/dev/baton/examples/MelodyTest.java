package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class MelodyTest extends ExampleTest {

    @Test
    void learnsAndSaysSo() {
        assertThat(run("melody", "--backend", "cpu", "--epochs", "3", "--threads", "2"))
                .isZero();
        assertThat(out.toString()).contains("epoch 3/3  loss", "a tune of its own (ABC notation): ", ", right is ");
        assertThat(Double.parseDouble(found("test accuracy: ([01]\\.\\d{4})"))).isGreaterThan(0.95);
        assertThat(found("weights: sha256 ([0-9a-f]{64})")).isNotBlank();
    }

    /** Bits do not depend on how many threads there are, and do on the seed. */
    @Test
    void theSameForAnyNumberOfThreads() {
        assertThat(run("melody", "--backend", "cpu", "--epochs", "1", "--limit", "96", "--threads", "1"))
                .isZero();
        String one = found("weights: (sha256 .*)");
        assertThat(run("melody", "--backend", "cpu", "--epochs", "1", "--limit", "96", "--threads", "3"))
                .isZero();
        assertThat(found("weights: (sha256 .*)")).isEqualTo(one);
        assertThat(run("melody", "--backend", "cpu", "--epochs", "1", "--limit", "96", "--seed", "2"))
                .isZero();
        assertThat(found("weights: (sha256 .*)")).isNotEqualTo(one);
    }

    @Test
    void jsonLinesAreForPrograms() throws Exception {
        assertThat(run("melody", "--backend", "cpu", "--epochs", "1", "--limit", "40", "--json"))
                .isZero();
        String[] lines = out.toString().split("\\R");
        assertThat(lines).hasSize(3);
        assertThat(new ObjectMapper().readTree(lines[0]).get("parameters").asLong())
                .isEqualTo(15 * 32 + 8 * 32 + 4 * 96 * (32 + 96 + 2) + 15 * 97);
        assertThat(new ObjectMapper().readTree(lines[1]).get("event").asText()).isEqualTo("epoch");
        assertThat(new ObjectMapper().readTree(lines[2]).get("testAccuracy").asDouble())
                .isBetween(0.0, 1.0);
    }

    @Test
    void anAnswerIsItsQuestionOneStepLower() {
        Tunes tunes = Tunes.of(5, 40);
        for (int i = 0; i < tunes.count(); i++) {
            int[] tune = tunes.tune(i);
            for (int note = 0; note < Tunes.LENGTH; note++) {
                assertThat(tune[note]).isBetween(0, Tunes.PITCHES - 1);
                if (note % 8 >= 4) {
                    assertThat(tune[note]).isEqualTo(tune[note - 4] - 1);
                }
            }
        }
        assertThat(Tunes.of(5, 40).tune(7)).isEqualTo(tunes.tune(7));
        assertThat(Tunes.names(new int[] {0, 7, 14}, 0, 3)).isEqualTo("C c c'");
    }
}
