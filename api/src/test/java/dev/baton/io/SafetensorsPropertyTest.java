package dev.baton.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class SafetensorsPropertyTest {

    @Provide
    Arbitrary<Map<String, NDArray>> files() {
        Arbitrary<Long> sizes = Arbitraries.longs().between(0, 4);
        Arbitrary<Shape> shapes = sizes.list()
                .ofMaxSize(4)
                .map(list -> Shape.of(list.stream().mapToLong(n -> n).toArray()));
        Arbitrary<NDArray> arrays =
                shapes.flatMap(shape -> Arbitraries.of(DType.values()).map(type -> random(type, shape)));
        Arbitrary<String> names =
                Arbitraries.strings().all().excludeChars(surrogates()).ofMaxLength(12);
        return Arbitraries.maps(names, arrays).ofMaxSize(5);
    }

    /** Half of a pair means nothing by itself and cannot be written as UTF-8. */
    private static char[] surrogates() {
        var chars = new char[Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) (Character.MIN_SURROGATE + i);
        }
        return chars;
    }

    private static NDArray random(DType type, Shape shape) {
        NDArray array = NDArray.zeros(type, shape);
        var random = new SplittableRandom(shape.hashCode());
        for (int i = 0; i < array.size(); i++) {
            array.set(i, type.isFloating() ? random.nextDouble(-1, 1) : random.nextInt(100));
        }
        return array;
    }

    private static Path write(Map<String, NDArray> arrays) throws IOException {
        Path file = Files.createTempFile("baton", ".safetensors");
        Safetensors.write(file, arrays, Map.of());
        return file;
    }

    @Property(tries = 200)
    void whatIsWrittenIsRead(@ForAll("files") Map<String, NDArray> arrays) throws IOException {
        Path file = write(arrays);
        try {
            Map<String, NDArray> read = Safetensors.read(file);
            assertThat(read).hasSameSizeAs(arrays);
            arrays.forEach((name, array) -> {
                assertThat(read.get(name).dtype()).isEqualTo(array.dtype());
                assertThat(read.get(name).shape()).isEqualTo(array.shape());
                assertThat(read.get(name).bytes()).isEqualTo(array.bytes());
            });
        } finally {
            Files.delete(file);
        }
    }

    /** A damaged file is read or refused, but nothing else happens. */
    @Property(tries = 500)
    void aDamagedFileIsReadOrRefused(@ForAll @IntRange(max = 300) int place, @ForAll byte wrong, @ForAll boolean cut)
            throws IOException {
        var arrays = new LinkedHashMap<String, NDArray>();
        arrays.put("0.weight", random(DType.FLOAT32, Shape.of(3, 2)));
        arrays.put("0.bias", random(DType.INT64, Shape.of(2)));
        Path file = write(arrays);
        try {
            byte[] bytes = Files.readAllBytes(file);
            int at = place % bytes.length;
            byte before = bytes[at];
            bytes[at] = wrong;
            Files.write(file, cut ? Arrays.copyOf(bytes, at) : bytes);
            Throwable thrown = catchThrowable(() -> Safetensors.read(file));
            if (thrown != null) {
                assertThat(thrown).isInstanceOf(DataException.class).hasMessageStartingWith(file.toString());
            }
            if (cut) {
                assertThat(thrown).isNotNull();
            } else if (before == wrong) {
                assertThat(thrown).isNull();
            }
        } finally {
            Files.delete(file);
        }
    }
}
