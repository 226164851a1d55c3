package dev.baton.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.NDArray;
import dev.baton.Shape;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays in files with half the bits. */
class StoredTypeTest {

    @TempDir
    Path folder;

    private NDArray throughAFile(float... values) {
        Path file = folder.resolve("halved.safetensors");
        NDArray array = NDArray.of(values);
        Safetensors.write(file, Map.of("w", array), Map.of(), Set.of("w"));
        assertThat(Safetensors.read(file)).containsOnlyKeys("w");
        return Safetensors.read(file).get("w");
    }

    @Test
    void numbersAreRoundedToTheNearestAndOfTwoToTheEvenOne() {
        float step = 0x1p-7f;
        assertThat(throughAFile(1, -2.5f, 1 + step, 1 + 0.4f * step, 1 + 0.6f * step, 0, -0.0f)
                        .toFloatArray())
                .containsExactly(1, -2.5f, 1 + step, 1, 1 + step, 0, -0.0f);
        assertThat(throughAFile(1 + 0.5f * step, 1 + 1.5f * step, -1 - 0.5f * step)
                        .toFloatArray())
                .containsExactly(1, 1 + 2 * step, -1);
    }

    @Test
    void whatIsNoNumberStays() {
        float[] back = throughAFile(
                        Float.NaN,
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY,
                        Float.MAX_VALUE,
                        Float.intBitsToFloat(0x7F800001))
                .toFloatArray();
        assertThat(back[0]).isNaN();
        assertThat(back[1]).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(back[2]).isEqualTo(Float.NEGATIVE_INFINITY);
        // Nearer to the next power of two, which there is none of, than to the largest number.
        assertThat(back[3]).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(back[4]).isNaN();
    }

    /** What other programs write: 1.0 is 0x3F80, in little-endian order. */
    @Test
    void aFileOfOthersIsRead() throws Exception {
        Path file = folder.resolve("others.safetensors");
        String header = "{\"w\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[0,6]}}";
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 6).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length()).put(header.getBytes());
        bytes.put(new byte[] {(byte) 0x80, 0x3F, 0x20, (byte) 0xC0, 0, 0});
        Files.write(file, bytes.array());
        NDArray read = Safetensors.read(file).get("w");
        assertThat(read.shape()).isEqualTo(Shape.of(3));
        assertThat(read.toFloatArray()).containsExactly(1, -2.5f, 0);
    }
}
