package dev.baton.data.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Beside Pillow 12.3.0: {@code image.convert("F").resize(size, Image.BILINEAR, box=the middle)}. */
class ResizingTest {

    private static byte[] picture(int height, int width) {
        var values = new byte[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                values[y * width + x] = (byte) ((x * x * 37 + y * 61 + x * y * 13) % 256);
            }
        }
        return values;
    }

    @Test
    void smaller() {
        assertThat(new Resizing(7, 9, 3, 4).apply(picture(7, 9), 1))
                .containsExactly(
                        new float[] {
                            97.876f, 127.428f, 109.65f, 123.375f, 126.676f, 121.239f, 111.774f, 138.401f, 137.597f,
                            137.846f, 123.114f, 111.4f
                        },
                        within(0.001f));
        assertThat(new Resizing(7, 9, 3, 3).apply(picture(7, 9), 1))
                .as("the middle of a wide one")
                .containsExactly(
                        new float[] {121.036f, 115.95f, 111.393f, 125.522f, 108.356f, 133.713f, 141.571f, 132.336f, 120
                        },
                        within(0.001f));
    }

    @Test
    void larger() {
        assertThat(new Resizing(3, 4, 6, 7).apply(picture(3, 4), 1))
                .containsExactly(
                        new float[] {
                            0, 18.5f, 37, 92.5f, 148, 112.5f, 77, //
                            15.25f, 35.375f, 55.5f, 112.625f, 169.75f, 135.875f, 102, //
                            45.75f, 69.125f, 92.5f, 152.875f, 213.25f, 182.625f, 152, //
                            76.25f, 102.875f, 129.5f, 161.125f, 192.75f, 165.375f, 138, //
                            106.75f, 136.625f, 166.5f, 137.375f, 108.25f, 84.125f, 60, //
                            122, 153.5f, 185, 125.5f, 66, 43.5f, 21
                        },
                        within(0.001f));
    }

    @Test
    void ofTheSameSizeNothingChanges() {
        byte[] picture = picture(5, 6);
        float[] same = new Resizing(5, 6, 5, 6).apply(picture, 1);
        for (int i = 0; i < picture.length; i++) {
            assertThat(same[i]).isEqualTo(picture[i] & 0xFF);
        }
    }

    @Test
    void channelsStayApart() {
        var values = new byte[3 * 8 * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (10 + 100 * (i / 64));
        }
        float[] small = new Resizing(8, 8, 1, 2).apply(values, 3);
        assertThat(small).containsExactly(new float[] {10, 10, 110, 110, 210, 210}, within(0.001f));
    }
}
