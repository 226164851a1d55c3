package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Shape;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import org.junit.jupiter.api.Test;

class SummaryTest {

    @Test
    void countsWhatCanBeCountedByHand() {
        Summary summary = Summary.of(Sequential.of(new Linear(64, 128), new ReLU(), new Linear(128, 10)), Shape.of(64));
        assertThat(summary.parameters()).isEqualTo(64 * 128 + 128 + 128 * 10 + 10);
        // A product and a sum for each weight, a sum for each bias, one comparison for each ReLU.
        assertThat(summary.operations()).isEqualTo(2 * 64 * 128 + 128 + 128 + 2 * 128 * 10 + 10);
        assertThat(summary.layers())
                .extracting(Summary.Row::layer)
                .containsExactly("0: Linear(64 -> 128)", "1: ReLU", "2: Linear(128 -> 10)");
        assertThat(summary.layers())
                .extracting(row -> row.output().toString())
                .containsExactly("[N, 128]", "[N, 128]", "[N, 10]");
        assertThat(summary.layers()).extracting(Summary.Row::parameters).containsExactly(8320L, 0L, 1290L);
        assertThat(summary.toString()).contains("layer").contains("9,610").endsWith("parameters take 37.5 KiB");
    }
}
