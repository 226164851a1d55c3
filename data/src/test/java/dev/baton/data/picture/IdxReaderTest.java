package dev.baton.data.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import dev.baton.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxReaderTest {

    private static final int COUNT = 5;

    @TempDir
    private Path folder;

    private Path pictures;
    private Path labels;

    private static byte[] file(int[] head, byte[] values) {
        var buffer = ByteBuffer.allocate(4 * head.length + values.length);
        Arrays.stream(head).forEach(buffer::putInt);
        return buffer.put(values).array();
    }

    private static byte[] pictures(int count) {
        var values = new byte[count * 6];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (i * 9);
        }
        return file(new int[] {0x803, count, 2, 3}, values);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    @BeforeEach
    void write() throws IOException {
        pictures = Files.write(folder.resolve("pictures"), pictures(COUNT));
        labels = Files.write(folder.resolve("labels"), file(new int[] {0x801, COUNT}, new byte[] {0, 3, 1, 1, 0}));
    }

    private void refuses(String message) {
        assertThatThrownBy(() -> IdxReader.read(pictures, labels))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
    }

    @Test
    void readsPlainAndCompressedFiles() throws IOException {
        Pictures plain = IdxReader.read(pictures, labels);
        assertThat(plain).hasToString("5 pictures of 2 x 3 pixels, 4 classes: 0, 1, 2, 3");
        assertThat(plain.shape()).isEqualTo(Shape.of(1, 2, 3));
        assertThat(plain.label(1)).isEqualTo(3);
        assertThat(plain.name(4)).isEqualTo("pictures, record 00004");
        var same = new Normalisation(new float[] {0}, new float[] {1});
        assertThat(plain.examples(same).input(1))
                .containsExactly(54 / 255f, 63 / 255f, 72 / 255f, 81 / 255f, 90 / 255f, 99 / 255f);
        Files.write(pictures, gzip(Files.readAllBytes(pictures)));
        Files.write(labels, gzip(Files.readAllBytes(labels)));
        assertThat(IdxReader.read(pictures, labels).examples(same).input(4))
                .isEqualTo(plain.examples(same).input(4));
    }

    @Test
    void filesThatAreSwappedOrDoNotBelongTogetherAreNamed() throws IOException {
        assertThatThrownBy(() -> IdxReader.read(labels, pictures))
                .isInstanceOf(DataException.class)
                .hasMessage(pictures + ": a file of labels begins with 00000801, this one with 00000803: pictures and "
                        + "labels are swapped");
        Files.write(pictures, pictures(60_000));
        refuses(pictures + " has 60,000 pictures, " + labels + " 5 labels: they do not belong together");
        Files.writeString(pictures, "a text of some length");
        refuses(pictures + ": a file of pictures begins with 00000803, this one with 61207465: it is something else");
        Files.delete(pictures);
        refuses("cannot read " + pictures + ": there is no such file");
    }

    @Test
    void filesThatAreCutShortOrTooLongAreNamed() throws IOException {
        byte[] whole = pictures(COUNT);
        Files.write(pictures, Arrays.copyOf(whole, whole.length - 1));
        refuses(pictures + ": the file ends in record 4 of 5: it is cut short");
        Files.write(pictures, Arrays.copyOf(whole, 7));
        refuses(pictures + ": the file ends in its first numbers: it is cut short, or something else");
        Files.write(pictures, Arrays.copyOf(whole, whole.length + 1));
        refuses(pictures + ": more follows the last of its 5 records");
        Files.write(pictures, file(new int[] {0x803, COUNT, 0, 3}, new byte[0]));
        refuses(pictures + ": the height is 0 pixels; from 1 to 32768 can be read");
        byte[] compressed = gzip(whole);
        Files.write(pictures, Arrays.copyOf(compressed, compressed.length - 12));
        refuses(pictures + ": the compressed file is cut short");
        Files.write(labels, file(new int[] {0x801, -1}, new byte[0]));
        refuses(labels + ": the number of records is 4294967295, which is none, or more than an array holds");
    }

    @Test
    void damagedFilesEndInWordsOrInPictures() throws IOException {
        var random = new Random(1);
        for (int i = 0; i < 4000; i++) {
            byte[] damaged = i % 2 == 0 ? pictures(COUNT) : gzip(pictures(COUNT));
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(pictures, Arrays.copyOf(damaged, random.nextInt(damaged.length + 1)));
            try {
                assertThat(IdxReader.read(pictures, labels).size()).isEqualTo(COUNT);
            } catch (DataException e) {
                assertThat(e).hasMessageContaining(pictures.toString());
            }
        }
    }
}
