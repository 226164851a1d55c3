package dev.baton.io;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Named arrays in the safetensors format: the length of the header (8 bytes, little-endian), a header in JSON with the
 * type, the shape and the place of each array, then the values, row-major and little-endian. Reads and writes the
 * types {@code F32}, {@code F64}, {@code I32}, {@code I64}, {@code I8} and {@code BOOL}; {@code F16} and {@code BF16} are
 * read as float32, which holds all of their values, and {@code BF16} is written where that is asked for.
 */
public final class Safetensors {

    /**
     * What a file holds.
     *
     * @param arrays by name, in the order of their places
     * @param metadata texts about the file
     */
    record Contents(Map<String, NDArray> arrays, Map<String, String> metadata) {}

    /** The header's entry that is no tensor: texts about the file. */
    static final String METADATA = "__metadata__";

    /** What the format allows; a longer one is no header but some other file. */
    private static final long LONGEST_HEADER = 100_000_000;

    private static final int LENGTH_BYTES = 8;

    /** How many values are widened at a time. */
    private static final int CHUNK = 1 << 16;

    private Safetensors() {}

    private record Entry(String name, StoredType type, Shape shape, long from, long to) {}

    /**
     * Reads all arrays of a file, in the order of their places.
     *
     * @throws DataException if the file cannot be read or breaks a rule of the format; names the file and the tensor
     */
    public static Map<String, NDArray> read(Path file) {
        return contents(file).arrays();
    }

    /** Reads a file with the texts about it, as {@link #read} does. */
    static Contents contents(Path file) {
        return contents(file, name -> true);
    }

    /** Reads what is wanted of a file; the rest may be of a type that cannot be read. */
    static Contents contents(Path file, Predicate<String> wanted) {
        return reading(file, channel -> {
            Header header = header(channel);
            long start = channel.position();
            var arrays = new LinkedHashMap<String, NDArray>();
            for (Entry entry : header.entries()) {
                if (wanted.test(entry.name())) {
                    arrays.put(entry.name(), array(channel.position(start + entry.from()), entry));
                }
            }
            return new Contents(arrays, header.metadata());
        });
    }

    private static NDArray array(FileChannel channel, Entry entry) throws IOException {
        StoredType type = entry.type();
        DType dtype = type.dtype()
                .orElseThrow(() -> new DataException("tensor '" + entry.name() + "' is of type " + type
                        + "; F64, F32, F16, BF16, I64, I32, I8 and BOOL can be read"));
        NDArray array = NDArray.zeros(dtype, entry.shape());
        if (type.isAsInMemory()) {
            fill(channel, array.bytes());
            swapOnBigEndian(array.bytes(), dtype.bytes());
        } else {
            FloatBuffer floats = array.floats();
            while (floats.hasRemaining()) {
                int count = Math.min(floats.remaining(), CHUNK);
                ByteBuffer values = ByteBuffer.allocate(count * type.bytes()).order(ByteOrder.nativeOrder());
                swapOnBigEndian(fill(channel, values).flip(), type.bytes());
                type.widen(values, floats);
            }
        }
        return array;
    }

    /** The texts about a file alone; its header is checked as {@link #read} checks it. */
    static Map<String, String> metadata(Path file) {
        return reading(file, channel -> header(channel).metadata());
    }

    private record Header(List<Entry> entries, Map<String, String> metadata) {}

    private static Header header(FileChannel channel) throws IOException {
        ByteBuffer length = fill(channel, ByteBuffer.allocate(LENGTH_BYTES));
        long size = length.order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        if (size < 2 || size > LONGEST_HEADER || size > channel.size() - LENGTH_BYTES) {
            throw new DataException("this is no safetensors file, or only a part of one: a header of "
                    + Long.toUnsignedString(size) + " bytes does not fit into a file of " + channel.size());
        }
        ByteBuffer bytes = fill(channel, ByteBuffer.allocate((int) size));
        String text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        Map<String, Object> parsed = HeaderParser.parse(text);
        Map<String, String> metadata = metadata(parsed.remove(METADATA));
        return new Header(entries(parsed, channel.size() - LENGTH_BYTES - size), metadata);
    }

    /** What is read of a file. */
    private interface Reading<T> {
        T of(FileChannel channel) throws IOException;
    }

    private static <T> T reading(Path file, Reading<T> reading) {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return reading.of(channel);
        } catch (NoSuchFileException e) {
            throw new DataException("cannot read " + file + ": there is no such file", e);
        } catch (CharacterCodingException e) {
            throw new DataException(file + ": the header is not UTF-8", e);
        } catch (EOFException e) {
            throw new DataException(file + ": the file ends too early: it is truncated", e);
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
        } catch (DataException e) {
            throw new DataException(file + ": " + e.getMessage(), e);
        }
    }

    private static ByteBuffer fill(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
        }
        return buffer;
    }

    /** The tensors in the order of their places, which must fill the rest of the file without gap or overlap. */
    private static List<Entry> entries(Map<String, Object> header, long dataBytes) {
        var entries = new ArrayList<Entry>();
        header.forEach((name, value) -> entries.add(entry(name, value)));
        // An empty tensor lies before the one that starts where it does.
        entries.sort(Comparator.comparingLong(Entry::from).thenComparingLong(Entry::to));
        long end = 0;
        for (Entry entry : entries) {
            if (entry.from() != end) {
                throw new DataException(
                        "tensor '" + entry.name() + "' starts at byte " + entry.from() + " of the data, "
                                + (entry.from() < end
                                        ? "inside the one before it, which ends at "
                                        : "after a gap that starts at ")
                                + end);
            }
            end = entry.to();
            if (end > dataBytes) {
                throw new DataException("tensor '" + entry.name() + "' ends at byte " + end
                        + " of the data, the file at " + dataBytes + ": it is truncated");
            }
        }
        if (end != dataBytes) {
            throw new DataException((dataBytes - end) + " bytes follow the last tensor");
        }
        return entries;
    }

    private static Map<String, String> metadata(Object value) {
        var texts = new LinkedHashMap<String, String>();
        if (value != null) {
            if (!(value instanceof Map<?, ?> map)) {
                throw new DataException(METADATA + " holds something else than texts");
            }
            map.forEach((name, text) -> {
                if (!(text instanceof String)) {
                    throw new DataException(METADATA + " holds something else than texts");
                }
                texts.put((String) name, (String) text);
            });
        }
        return texts;
    }

    private static Entry entry(String name, Object value) {
        if (!(value instanceof Map<?, ?> map
                && map.get("dtype") instanceof String type
                && map.get("shape") instanceof List<?> sizes
                && map.get("data_offsets") instanceof List<?> offsets
                && offsets.size() == 2
                && map.size() == 3)) {
            throw new DataException(
                    "tensor '" + name + "' needs a dtype, a shape and two data_offsets, and nothing else");
        }
        StoredType stored = Arrays.stream(StoredType.values())
                .filter(one -> one.name().equals(type))
                .findFirst()
                .orElseThrow(() -> new DataException(
                        "tensor '" + name + "' is of type " + type + ", which is none of the format's"));
        long[] numbers = numbers(name, sizes);
        long[] places = numbers(name, offsets);
        try {
            long bytes = stored.bytes();
            for (long size : numbers) {
                bytes = Math.multiplyExact(bytes, size);
            }
            if (places[1] - places[0] != bytes) {
                throw new DataException("tensor '" + name + "' of " + type + " " + Shape.of(numbers) + " takes " + bytes
                        + " bytes, but its place has " + (places[1] - places[0]));
            }
            return new Entry(name, stored, Shape.of(numbers), places[0], places[1]);
        } catch (ArithmeticException | ShapeException e) {
            throw new DataException("tensor '" + name + "' has a shape that no array can have: " + sizes, e);
        }
    }

    private static long[] numbers(String name, List<?> values) {
        return values.stream()
                .mapToLong(value -> {
                    if (!(value instanceof Long number)) {
                        throw new DataException(
                                "tensor '" + name + "' has '" + value + "' where a whole number belongs");
                    }
                    return number;
                })
                .toArray();
    }

    /**
     * Writes a file, whole or not at all: beside its target first, which it then replaces.
     *
     * @param arrays by name, in the order in which they are to lie in the file
     * @param metadata texts about the file; none is needed
     * @throws DataException if the file cannot be written; the one that was there stays
     */
    public static void write(Path file, Map<String, NDArray> arrays, Map<String, String> metadata) {
        write(file, arrays, metadata, Set.of());
    }

    /**
     * The same, with some float32 arrays as bfloat16: the nearest such numbers, of two the even one.
     *
     * @param halved their names
     */
    static void write(Path file, Map<String, NDArray> arrays, Map<String, String> metadata, Set<String> halved) {
        byte[] header = header(arrays, metadata, halved).getBytes(StandardCharsets.UTF_8);
        if (header.length > LONGEST_HEADER) {
            throw new DataException("cannot write " + file + ": its header would have " + header.length
                    + " bytes, and the format allows " + LONGEST_HEADER
                    + "; large constants of the model, such as tables of positions, are in it");
        }
        WholeFile.write(file, channel -> {
            ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            drain(channel, length.putLong(0, header.length));
            drain(channel, ByteBuffer.wrap(header));
            for (var entry : arrays.entrySet()) {
                NDArray array = entry.getValue();
                drain(channel, halved.contains(entry.getKey()) ? StoredType.halved(array) : littleEndian(array));
            }
        });
    }

    /** The values in a file's order of bytes, in an array of Java's. */
    static ByteBuffer littleEndian(NDArray array) {
        ByteBuffer copy = ByteBuffer.allocate(array.bytes().remaining());
        swapOnBigEndian(copy.put(array.bytes()).flip(), array.dtype().bytes());
        return copy;
    }

    /** Sets all values from bytes in a file's order. */
    static void fillLittleEndian(NDArray array, byte[] values) {
        array.bytes().put(values);
        swapOnBigEndian(array.bytes(), array.dtype().bytes());
    }

    private static void drain(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static String header(Map<String, NDArray> arrays, Map<String, String> metadata, Set<String> halved) {
        var parts = new ArrayList<String>();
        if (!metadata.isEmpty()) {
            var texts = new ArrayList<String>();
            metadata.forEach((name, text) -> texts.add(quote(name) + ":" + quote(text)));
            parts.add(quote(METADATA) + ":{" + String.join(",", texts) + "}");
        }
        long offset = 0;
        for (var entry : arrays.entrySet()) {
            if (entry.getKey().equals(METADATA)) {
                throw new DataException("no tensor can be named " + METADATA);
            }
            NDArray array = entry.getValue();
            boolean isHalved = halved.contains(entry.getKey());
            long end = offset + array.bytes().remaining() / (isHalved ? 2 : 1);
            String shape = String.join(
                    ",", array.shape().dims().stream().map(Object::toString).toList());
            parts.add(quote(entry.getKey()) + ":{\"dtype\":\""
                    + (isHalved ? StoredType.BF16 : StoredType.of(array.dtype())) + "\",\"shape\":[" + shape
                    + "],\"data_offsets\":[" + offset + "," + end + "]}");
            offset = end;
        }
        String text = "{" + String.join(",", parts) + "}";
        // Spaces up to a multiple of 8, so that the values are aligned where the file is mapped.
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return text + " ".repeat((LENGTH_BYTES - bytes % LENGTH_BYTES) % LENGTH_BYTES);
    }

    /** A text of JSON. */
    static String quote(String text) {
        var quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** The format is little-endian, an array in memory as the machine is. */
    private static void swapOnBigEndian(ByteBuffer bytes, int size) {
        if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
            for (int i = 0; i < bytes.limit(); i += size) {
                for (int low = i, high = i + size - 1; low < high; low++, high--) {
                    byte swapped = bytes.get(low);
                    bytes.put(low, bytes.get(high));
                    bytes.put(high, swapped);
                }
            }
        }
    }
}
