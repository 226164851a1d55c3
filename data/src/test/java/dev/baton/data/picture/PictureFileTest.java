package dev.baton.data.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One picture's file. */
class PictureFileTest {

    private static PictureFile.Decoded decode(byte[] content) {
        return PictureFile.decode(content, Optional.empty());
    }

    /** What is stored counts: 128 is 128 whether a picture has colours or not. */
    @ParameterizedTest
    @CsvSource({"png,10,128", "png,11,32896", "jpg,10,128", "png,12,1", "png,5,128"})
    void greyIsThreeEqualChannels(String format, int type, int sample) throws IOException {
        var image = new BufferedImage(8, 8, type);
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 8; x++) {
                for (int band = 0; band < image.getRaster().getNumBands(); band++) {
                    image.getRaster().setSample(x, y, band, sample);
                }
            }
        }
        PictureFile.Decoded decoded = decode(PictureFolder.encoded(image, format));
        var expected = new byte[3 * 64];
        Arrays.fill(expected, (byte) (type == BufferedImage.TYPE_BYTE_BINARY ? 255 : 128));
        assertThat(decoded.values()).containsExactly(expected);
    }

    @Test
    void aJpegThatEndsTooEarlyIsDamaged() throws IOException {
        var image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        var random = new Random(3);
        for (int i = 0; i < 64 * 64; i++) {
            image.setRGB(i % 64, i / 64, random.nextInt());
        }
        byte[] whole = PictureFolder.encoded(image, "jpg");
        assertThat(decode(whole).values()).hasSize(3 * 64 * 64);
        for (int length = 1; length < whole.length - 2; length += 41) {
            PictureFile.Decoded decoded = decode(Arrays.copyOf(whole, length));
            assertThat(decoded.values())
                    .as("%d of %d bytes", length, whole.length)
                    .isNull();
            assertThat(decoded.failure()).isNotNull();
        }
    }

    /** A hundred bytes of PNG can claim gigabytes. */
    @Test
    void aClaimOfTooManyPixelsIsNotBelieved() throws IOException {
        byte[] bomb = PictureFolder.picture(4, 6, 1);
        bomb[16] = 0x10;
        bomb[20] = 0x10;
        assertThat(decode(bomb).failure())
                .hasMessage("it is of 268435460 x 268435462 pixels, and at most 16777216 are read: make it smaller");
        var expected = Optional.of(new PictureFile.Size(4, 6));
        assertThat(PictureFile.decode(bomb, expected).size()).isEqualTo(new PictureFile.Size(268435460, 268435462));
    }
}
