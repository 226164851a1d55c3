package dev.baton.data.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DataException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with flipped bits, cut off, or with bytes from elsewhere: they are read, or refused in words. */
@Timeout(120)
class DamagedFilesTest {

    private static final int TIMES = 2000;

    @TempDir
    private Path folder;

    /** Up to four places are damaged, and every second file is cut. */
    private static byte[] damaged(byte[] whole, Random random) {
        byte[] damaged = whole.clone();
        for (int places = random.nextInt(5); places > 0; places--) {
            int place = random.nextInt(damaged.length);
            if (random.nextBoolean()) {
                damaged[place] ^= (byte) (1 << random.nextInt(8));
            } else {
                int count = Math.min(1 + random.nextInt(8), damaged.length - place);
                System.arraycopy(damaged, random.nextInt(damaged.length - count + 1), damaged, place, count);
            }
        }
        return random.nextBoolean() ? damaged : Arrays.copyOf(damaged, random.nextInt(damaged.length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpg", "png", "gif", "bmp"})
    void pictures(String format) throws IOException {
        var random = new Random(1);
        var image = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 63; i++) {
            image.setRGB(i % 9, i / 9, random.nextInt());
        }
        byte[] whole = PictureFolder.encoded(image, format);
        int read = 0;
        for (int i = 0; i < TIMES; i++) {
            PictureFile.Decoded decoded =
                    PictureFile.decode(damaged(whole, random), Optional.of(new PictureFile.Size(7, 9)));
            if (decoded.values() != null) {
                assertThat(decoded.values()).hasSize(3 * 63);
                read++;
            } else {
                assertThat(decoded.size() != null || decoded.failure() != null).isTrue();
            }
        }
        assertThat(read).as("some damage does not matter").isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"set.tar", "set.tar.gz"})
    void tars(String name) throws IOException {
        var random = new Random(2);
        Path whole = PictureFolder.ofCatsAndDogs(folder.resolve("pictures")).tar(folder.resolve(name), "");
        byte[] bytes = Files.readAllBytes(whole);
        Path file = folder.resolve("damaged-" + name);
        for (int i = 0; i < TIMES; i++) {
            Files.write(file, damaged(bytes, random));
            try {
                Pictures pictures = PictureReader.ofFolders().read(file, "train");
                assertThat(pictures.size()).isBetween(1, 15);
            } catch (DataException e) {
                assertThat(e.getMessage()).contains(file.toString());
            }
        }
    }

    @Test
    void cifarsFiles() throws IOException {
        var random = new Random(3);
        var records = new byte[4 * 3073];
        random.nextBytes(records);
        for (int i = 0; i < 4; i++) {
            records[i * 3073] = (byte) (i % 2);
        }
        Path file = folder.resolve("test_batch.bin");
        for (int i = 0; i < TIMES; i++) {
            Files.write(file, damaged(records, random));
            try {
                Pictures pictures =
                        PictureReader.of(List.of("airplane", "automobile")).read(folder, "test");
                assertThat(pictures.size()).isBetween(1, 4);
            } catch (DataException e) {
                assertThat(e.getMessage()).contains(folder.toString());
            }
        }
    }
}
