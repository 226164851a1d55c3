package dev.baton.reference;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhiloxTest {

    /** The known-answer vectors that the authors publish with their library Random123. */
    @Test
    void agreesWithThePublishedVectors() {
        assertThat(block(0L, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(block(-1L, -1, -1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(block(0x299f31d0_a4093822L, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void numbersAreUniform() {
        double sum = 0;
        double squares = 0;
        int count = 100_000;
        for (int i = 0; i < count; i++) {
            double x = Philox.uniform(42, 7, 1, i);
            assertThat(x).isGreaterThanOrEqualTo(0).isLessThan(1);
            sum += x;
            squares += x * x;
        }
        assertThat(sum / count).isBetween(0.495, 0.505);
        assertThat(squares / count).isBetween(0.328, 0.338);
    }

    private static int[] block(long key, int... counter) {
        Philox.block(key, counter);
        return counter;
    }
}
