package dev.baton.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

    @TempDir
    private Path folder;

    /** A file of the given header and values, made by hand. */
    private Path file(String header, byte[] data) throws IOException {
        var bytes = new ByteArrayOutputStream();
        byte[] text = header.getBytes(UTF_8);
        bytes.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .array());
        bytes.write(text);
        bytes.write(data);
        return Files.write(folder.resolve("weights.safetensors"), bytes.toByteArray());
    }

    private static byte[] floats(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return buffer.array();
    }

    @Test
    void aFileMadeByHandIsRead() throws IOException {
        byte[] data = ByteBuffer.allocate(29)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(1.5f)
                .putFloat(-2)
                .putLong(1L << 40)
                .put((byte) 1)
                .putInt(7)
                .putDouble(0.1)
                .array();
        Map<String, NDArray> read = Safetensors.read(file(
                " { \"__metadata__\" : {\"format\":\"pt\"},\n"
                        + "\"d\\u00e9\\\"\":{\"data_offsets\":[21,29],\"shape\":[],\"dtype\":\"F64\"},"
                        + "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                        + "\"empty\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[8,8]},"
                        + "\"n\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[8,16]},"
                        + "\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[16,17]},"
                        + "\"i\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[17,21]}}   ",
                data));
        assertThat(read.keySet()).containsExactly("a.weight", "empty", "n", "b", "i", "dé\"");
        assertThat(read.get("a.weight").shape()).isEqualTo(Shape.of(2, 1));
        assertThat(read.get("a.weight").toFloatArray()).containsExactly(1.5f, -2);
        assertThat(read.get("empty").size()).isZero();
        assertThat(read.get("n").bytes().getLong(0)).isEqualTo(1L << 40);
        assertThat(read.get("b").get(0)).isEqualTo(1);
        assertThat(read.get("i").toIntArray()).containsExactly(7);
        assertThat(read.get("dé\"").get(0)).isEqualTo(0.1);
    }

    @Test
    void theBytesWrittenAreThoseOfTheFormat() throws IOException {
        var arrays = new LinkedHashMap<String, NDArray>();
        arrays.put("a", NDArray.of(Shape.of(1, 2), 1f, -1f));
        arrays.put("b\"\n", NDArray.of(Shape.scalar(), 3));
        Path file = folder.resolve("written");
        Safetensors.write(file, arrays, Map.of("format", "pt"));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong(0);
        assertThat(length % 8).isZero();
        assertThat(new String(bytes.array(), 8, length, UTF_8).stripTrailing())
                .isEqualTo("{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                        + "\"b\\\"\\u000a\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[8,12]}}");
        assertThat(bytes.getFloat(8 + length)).isEqualTo(1);
        assertThat(bytes.getFloat(8 + length + 4)).isEqualTo(-1);
        assertThat(bytes.getInt(8 + length + 8)).isEqualTo(3);
        assertThat(bytes.capacity()).isEqualTo(8 + length + 12);
    }

    /** Values of IEEE 754's half precision (binary16) and of bfloat16 with their bits. */
    @Test
    void whatIsShorterThanFloatIsReadAsFloat() throws IOException {
        int[] halves = {0x3c00, 0xc000, 0x7bff, 0x0400, 0x03ff, 0x0001, 0x8000, 0x3555, 0x7c00, 0xfc00, 0x7e00};
        int[] bfloats = {0x3f80, 0xc000, 0x7f7f, 0x0080, 0x0001, 0x8000, 0x4049, 0x7f80, 0xff80, 0x7fc0};
        ByteBuffer data =
                ByteBuffer.allocate(2 * (halves.length + bfloats.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (int half : halves) {
            data.putShort((short) half);
        }
        for (int bfloat : bfloats) {
            data.putShort((short) bfloat);
        }
        Map<String, NDArray> read = Safetensors.read(file(
                "{\"half\":{\"dtype\":\"F16\",\"shape\":[11],\"data_offsets\":[0,22]},"
                        + "\"brain\":{\"dtype\":\"BF16\",\"shape\":[10],\"data_offsets\":[22,42]}}",
                data.array()));
        assertThat(read.get("half").dtype()).isEqualTo(DType.FLOAT32);
        assertThat(read.get("half").toFloatArray())
                .containsExactly(
                        1,
                        -2,
                        65504,
                        0x1p-14f,
                        1023 * 0x1p-24f,
                        0x1p-24f,
                        -0f,
                        0.33325195f,
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY,
                        Float.NaN);
        assertThat(read.get("brain").toFloatArray())
                .containsExactly(
                        1,
                        -2,
                        0x1.fep127f,
                        0x1p-126f,
                        0x1p-133f,
                        -0f,
                        3.140625f,
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY,
                        Float.NaN);
    }

    /** More than is widened at a time. */
    @Test
    void manyShortValuesAreRead() throws IOException {
        int count = 200_001;
        ByteBuffer data = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            data.putShort((short) (i % 2 == 0 ? 0x3c00 : 0x4000));
        }
        String size = "[" + count + "]";
        NDArray read = Safetensors.read(file(one("F16", size, "[0," + 2 * count + "]"), data.array()))
                .get("w");
        for (int i = 0; i < count; i++) {
            assertThat(read.get(i)).isEqualTo(i % 2 == 0 ? 1 : 2);
        }
    }

    private static String one(String dtype, String shape, String offsets) {
        return "{\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F32  | [2]    | [0,8]  | 7 | tensor 'w' ends at byte 8 of the data, the file at 7: it is truncated",
                "F32  | [2]    | [0,8]  | 9 | 1 bytes follow the last tensor",
                "F32  | [2]    | [4,12] | 12 | tensor 'w' starts at byte 4 of the data, after a gap that starts at 0",
                "F32  | [3]    | [0,8]  | 8 | tensor 'w' of F32 [3] takes 12 bytes, but its place has 8",
                "F32  | [2]    | [8,0]  | 8 | tensor 'w' of F32 [2] takes 8 bytes, but its place has -8",
                "U8   | [2]    | [0,2]  | 2 | tensor 'w' is of type U8; F64, F32, F16, BF16, I64, I32, I8 and BOOL can be read",
                "F33  | [2]    | [0,8]  | 8 | tensor 'w' is of type F33, which is none of the format's",
                "F16  | [2]    | [0,8]  | 8 | tensor 'w' of F16 [2] takes 4 bytes, but its place has 8",
                "F32  | [-2]   | [0,8]  | 8 | the header is no valid JSON: an object, an array, a text or a whole number is missing (character 29)",
                "F32  | [2.0]  | [0,8]  | 8 | the header is no valid JSON: ']' is missing (character 30)",
                "F32  | [\"2\"]  | [0,8]  | 8 | tensor 'w' has '2' where a whole number belongs",
                "F32  | 2      | [0,8]  | 8 | tensor 'w' needs a dtype, a shape and two data_offsets, and nothing else",
                "F32  | [2]    | [0]    | 8 | tensor 'w' needs a dtype, a shape and two data_offsets, and nothing else",
                "F32  | [4611686018427387904,4] | [0,8] | 8 | tensor 'w' has a shape that no array can have: [4611686018427387904, 4]",
                "F32  | [1,1,1,1,1,1,1,1,2] | [0,8] | 8 | tensor 'w' has a shape that no array can have: [1, 1, 1, 1, 1, 1, 1, 1, 2]",
                "F32  | [99999999999999999999] | [0,8] | 8 | the header is no valid JSON: the number 99999999999999999999 is too large (character 49)",
            })
    void aHeaderThatDoesNotFitIsRefused(String dtype, String shape, String offsets, int data, String message)
            throws IOException {
        Path file = file(one(dtype, shape, offsets), new byte[data]);
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(DataException.class)
                .hasMessage(file + ": " + message);
    }

    @Test
    void overlappingTensorsAreRefused() throws IOException {
        Path file = file(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                new byte[12]);
        assertThatThrownBy(() -> Safetensors.read(file))
                .hasMessage(
                        file + ": tensor 'b' starts at byte 4 of the data, inside the one before it, which ends at 8");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        assertThatThrownBy(() -> Safetensors.read(file)).hasMessage("cannot read " + file + ": there is no such file");
        Files.writeString(file, "abc");
        assertThatThrownBy(() -> Safetensors.read(file))
                .hasMessage(file + ": the file ends too early: it is truncated");
        Files.writeString(file, "PK and something else");
        assertThatThrownBy(() -> Safetensors.read(file))
                .hasMessageStartingWith(file + ": this is no safetensors file, or only a part of one: a header of ");
        for (String header : List.of(
                "[]",
                "{ ",
                "{} {}",
                "{\"a\":1,}",
                "{\"a\":\"x}",
                "{\"a\":\"\\q\"}",
                "{\"a\":\"\t\"}",
                "{\"a\":01}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":" + "[".repeat(100_000))) {
            Path wrong = file(header, new byte[0]);
            assertThatThrownBy(() -> Safetensors.read(wrong))
                    .as(header.length() < 50 ? header : "deep")
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith(wrong + ": the header is no valid JSON: ");
        }
        Path latin = Files.write(file, new byte[] {3, 0, 0, 0, 0, 0, 0, 0, '{', (byte) 0xe9, '}'});
        assertThatThrownBy(() -> Safetensors.read(latin)).hasMessage(latin + ": the header is not UTF-8");
        Path texts = file("{\"__metadata__\":{\"a\":1}}", new byte[0]);
        assertThatThrownBy(() -> Safetensors.read(texts))
                .hasMessage(texts + ": __metadata__ holds something else than texts");
    }

    @Test
    void aFailedWriteLeavesWhatWasThere() throws IOException {
        Path file = folder.resolve("weights");
        Files.writeString(file, "before");
        assertThatThrownBy(() -> WholeFile.write(file, channel -> {
                    channel.write(ByteBuffer.wrap(floats(1, 2, 3)));
                    throw new IOException("no space left");
                }))
                .isInstanceOf(DataException.class)
                .hasMessage("cannot write " + file + ": no space left");
        assertThat(file).hasContent("before");
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(file);
        }
        Path nowhere = folder.resolve("none").resolve("weights");
        assertThatThrownBy(() -> Safetensors.write(nowhere, Map.of("a", NDArray.scalar(1)), Map.of()))
                .isInstanceOf(DataException.class)
                .hasMessage("cannot write " + nowhere + ": there is no folder " + nowhere.getParent());
        Safetensors.write(file, Map.of("a", NDArray.zeros(DType.BOOL, Shape.of(3))), Map.of());
        assertThat(Safetensors.read(file)).containsOnlyKeys("a");
    }
}
