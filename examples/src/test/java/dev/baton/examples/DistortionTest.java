package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DistortionTest {

    private static final float PAPER = -0.3f;

    private static float[] distorted(float[] picture, long seed) {
        var result = new float[picture.length];
        new Distortion(8, PAPER).apply(picture, result, new SplittableRandom(seed));
        return result;
    }

    @Test
    void emptyPaperStaysEmpty() {
        var paper = new float[64];
        Arrays.fill(paper, PAPER);
        float[] result = distorted(paper, 1);
        for (float pixel : result) {
            assertThat(pixel).isCloseTo(PAPER, within(1e-6f));
        }
    }

    /** A stroke of one pixel moves by no more than turning, stretching and moving allow, and keeps most of its ink. */
    @Test
    void aSpotStaysNearItsPlace() {
        for (long seed = 0; seed < 200; seed++) {
            var picture = new float[64];
            Arrays.fill(picture, PAPER);
            picture[2 * 8 + 4] = PAPER + 1;
            float[] result = distorted(picture, seed);
            double ink = 0;
            double row = 0;
            double column = 0;
            for (int i = 0; i < 64; i++) {
                double here = result[i] - PAPER;
                assertThat(here).isBetween(-1e-6, 1 + 1e-6);
                ink += here;
                row += here * (i / 8);
                column += here * (i % 8);
            }
            assertThat(ink).isBetween(0.6, 1.6);
            assertThat(row / ink).isCloseTo(2, within(1.2));
            assertThat(column / ink).isCloseTo(4, within(1.6));
        }
    }
}
