package dev.baton.spark;

import dev.baton.DataException;
import dev.baton.Shape;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import org.apache.spark.api.java.function.Function;

/** Makes a block of records, on a worker, and checks them. */
final class Packing {

    private static final int FIRST_ROOM = 256;

    private final int partition;
    private final Rows inputs = new Rows("value");
    private final Rows targets = new Rows("target");
    private int[] labels = {};
    private int count;

    private Packing(int partition) {
        this.partition = partition;
    }

    /** Rows of one length, one behind the other. */
    private final class Rows {

        private final String what;
        private int width;
        private float[] values = {};

        Rows(String what) {
            this.what = what;
        }

        void add(float[] row) {
            if (row == null || row.length == 0) {
                throw new DataException(where() + " has no " + what + "s");
            }
            width = count == 0 ? row.length : width;
            if (row.length != width) {
                throw new DataException(String.format(
                        Locale.ROOT, "%s has %d %ss, those before it %d", where(), row.length, what, width));
            }
            for (int i = 0; i < row.length; i++) {
                if (!Float.isFinite(row[i])) {
                    throw new DataException(String.format(
                            Locale.ROOT, "%s, %s %d is %s, not a finite number", where(), what, i, row[i]));
                }
            }
            int needed = tooMany((count + 1L) * width);
            if (needed > values.length) {
                values = Arrays.copyOf(values, Math.max(needed, room(values.length, FIRST_ROOM * width)));
            }
            System.arraycopy(row, 0, values, count * width, width);
        }

        float[] taken() {
            return Arrays.copyOf(values, count * width);
        }
    }

    /**
     * Records that belong to classes.
     *
     * @param partition of the records, for messages
     * @throws DataException naming the first record that cannot be used, counted from 0 in its partition, and the worker
     */
    static <T> ExampleBlock pack(
            int partition, Iterator<T> records, Function<T, float[]> input, Function<T, Integer> label, int classes) {
        var packing = new Packing(partition);
        while (records.hasNext()) {
            T one = records.next();
            packing.inputs.add(packing.called(input, one));
            packing.add(packing.called(label, one), classes);
            packing.count++;
        }
        return packing.block(classes);
    }

    /** The same for records with numbers that are to be predicted. */
    static <T> ExampleBlock pack(
            int partition, Iterator<T> records, Function<T, float[]> input, Function<T, float[]> target) {
        var packing = new Packing(partition);
        while (records.hasNext()) {
            T one = records.next();
            packing.inputs.add(packing.called(input, one));
            packing.targets.add(packing.called(target, one));
            packing.count++;
        }
        return packing.block(0);
    }

    private <T, R> R called(Function<T, R> function, T one) {
        try {
            return function.call(one);
        } catch (Exception e) {
            throw new DataException(where() + " does not become numbers: " + e, e);
        }
    }

    private void add(Integer label, int classes) {
        if (label == null || label < 0 || label >= classes) {
            throw new DataException(where() + " has label " + label + "; with " + classes + " classes, labels are 0 to "
                    + (classes - 1));
        }
        if (count == labels.length) {
            labels = Arrays.copyOf(labels, Math.max(FIRST_ROOM, room(count, FIRST_ROOM)));
        }
        labels[count] = label;
    }

    private ExampleBlock block(int classes) {
        if (count == 0) {
            return ExampleBlock.empty();
        }
        var kind = ExampleBlock.Kind.of(classes, Shape.of(inputs.width), Shape.of(targets.width));
        int[] taken = classes > 0 ? Arrays.copyOf(labels, count) : labels;
        return new ExampleBlock(0, count, kind, inputs.taken(), targets.taken(), taken);
    }

    /** Half as much again. */
    private static int room(int now, int least) {
        return (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(least, now + (long) now / 2));
    }

    private int tooMany(long numbers) {
        if (numbers > Integer.MAX_VALUE - 8) {
            throw new DataException(where() + " is one too many: a partition holds at most " + (Integer.MAX_VALUE - 8)
                    + " numbers; take more partitions");
        }
        return (int) numbers;
    }

    private String where() {
        return String.format(Locale.ROOT, "record %,d of partition %d on %s", count, partition, Worker.name());
    }
}
