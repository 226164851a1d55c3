package dev.baton.data.picture;

import dev.baton.DataException;
import dev.baton.Shape;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * Reads grey pictures and their classes from two IDX files, as MNIST and its relatives have them: unsigned bytes behind a
 * number for their kind, the number of records and the sizes of each. The form is described at
 * http://yann.lecun.com/exdb/mnist. Files may be compressed with gzip. The pictures keep the order of the file.
 */
public final class IdxReader {

    private static final int PICTURES = 0x803;
    private static final int LABELS = 0x801;
    private static final int LONGEST_SIDE = 1 << 15;
    private static final int GZIP = 0x1F8B;

    private IdxReader() {}

    /**
     * Reads pictures, [1, H, W], whose classes are named by their numbers, 0 to the largest label.
     *
     * @throws DataException if a file cannot be read, is not what its place says, is cut short or too long, or the two
     *     do not belong together; names the file and the record
     */
    public static Pictures read(Path pictures, Path labels) {
        int[] found = labels(labels);
        try (InputStream in = open(pictures)) {
            int count = header(in, pictures, PICTURES);
            if (count != found.length) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s has %,d pictures, %s %,d labels: they do not belong together",
                        pictures,
                        count,
                        labels,
                        found.length));
            }
            int height = side(in, pictures, "height");
            int width = side(in, pictures, "width");
            PictureStore store = PictureStore.inMemory();
            var places = new ArrayList<Long>();
            var names = new ArrayList<String>();
            for (int i = 0; i < count; i++) {
                places.add(store.add(record(in, pictures, i, count, height * width)));
                names.add(String.format(Locale.ROOT, "%s, record %05d", pictures.getFileName(), i));
            }
            requireEnd(in, pictures, count);
            int classes = IntStream.of(found).max().orElseThrow() + 1;
            List<String> named =
                    IntStream.range(0, classes).mapToObj(Integer::toString).toList();
            return new Pictures(
                    Shape.of(1, height, width),
                    named,
                    List.copyOf(names),
                    store,
                    places.stream().mapToLong(Long::longValue).toArray(),
                    found);
        } catch (IOException e) {
            throw failed(pictures, e);
        }
    }

    private static int[] labels(Path file) {
        try (InputStream in = open(file)) {
            int count = header(in, file, LABELS);
            var labels = new ArrayList<Integer>();
            for (int i = 0; i < count; i++) {
                labels.add(record(in, file, i, count, 1)[0] & 0xFF);
            }
            requireEnd(in, file, count);
            return labels.stream().mapToInt(Integer::intValue).toArray();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(file));
        try {
            in.mark(2);
            int first = in.read() << 8 | in.read();
            in.reset();
            return first == GZIP ? new BufferedInputStream(new GZIPInputStream(in)) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** Reads what comes first; gives the number of records. */
    private static int header(InputStream in, Path file, int wanted) throws IOException {
        int kind = number(in, file);
        if (kind != wanted) {
            String what = wanted == PICTURES ? "pictures" : "labels";
            boolean swapped = kind == (wanted == PICTURES ? LABELS : PICTURES);
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: a file of %s begins with %08x, this one with %08x: %s",
                    file,
                    what,
                    wanted,
                    kind,
                    swapped ? "pictures and labels are swapped" : "it is something else"));
        }
        int count = number(in, file);
        if (count < 1) {
            throw new DataException(file + ": the number of records is " + Integer.toUnsignedString(count)
                    + ", which is none, or more than an array holds");
        }
        return count;
    }

    private static int side(InputStream in, Path file, String what) throws IOException {
        int side = number(in, file);
        if (side < 1 || side > LONGEST_SIDE) {
            throw new DataException(file + ": the " + what + " is " + Integer.toUnsignedString(side)
                    + " pixels; from 1 to " + LONGEST_SIDE + " can be read");
        }
        return side;
    }

    private static int number(InputStream in, Path file) throws IOException {
        byte[] bytes = in.readNBytes(Integer.BYTES);
        if (bytes.length < Integer.BYTES) {
            throw new DataException(file + ": the file ends in its first numbers: it is cut short, or something else");
        }
        return ByteBuffer.wrap(bytes).getInt();
    }

    private static byte[] record(InputStream in, Path file, int record, int count, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new DataException(String.format(
                    Locale.ROOT, "%s: the file ends in record %d of %,d: it is cut short", file, record, count));
        }
        return bytes;
    }

    private static void requireEnd(InputStream in, Path file, int count) throws IOException {
        if (in.read() >= 0) {
            throw new DataException(
                    String.format(Locale.ROOT, "%s: more follows the last of its %,d records", file, count));
        }
    }

    private static DataException failed(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return new DataException("cannot read " + file + ": there is no such file", e);
        }
        if (e instanceof EOFException) {
            return new DataException(file + ": the compressed file is cut short", e);
        }
        return new DataException("cannot read " + file + ": " + e.getMessage(), e);
    }
}
