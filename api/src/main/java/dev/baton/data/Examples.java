package dev.baton.data;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * Examples to learn from: inputs with one label each. Immutable; a shuffled, changed or shorter one shares the data.
 */
public final class Examples {

    /** How many examples a checksum looks at. */
    private static final int IDENTIFYING = 64;

    private final ExampleSource source;
    private final int first;
    private final int size;
    private final Long seed;
    private final Changes changes;

    /** How examples are changed at random; null where they are not. */
    private record Changes(Augmentation augmentation, long seed) {}

    private Examples(ExampleSource source, int first, int size, Long seed, Changes changes) {
        this.source = source;
        this.first = first;
        this.size = size;
        this.seed = seed;
        this.changes = changes;
    }

    /**
     * Examples of classes, each a row of numbers.
     *
     * @param inputs one row of numbers an example, all of one length
     * @param labels the class of each, from 0
     * @param classes the number of classes
     * @throws DataException naming the first example that cannot be used
     */
    public static Examples of(float[][] inputs, int[] labels, int classes) {
        return of(Rows.of(inputs, labels, classes));
    }

    /**
     * All examples of a source.
     *
     * @throws DataException if it has none
     */
    public static Examples of(ExampleSource source) {
        if (source.size() == 0) {
            throw new DataException("there are no examples");
        }
        return new Examples(source, 0, source.size(), null, null);
    }

    /** The number of examples. */
    public int size() {
        return size;
    }

    /** The shape of one example. */
    public Shape shape() {
        return source.shape();
    }

    /** The number of classes. */
    public int classes() {
        return source.classes();
    }

    /** A copy of the values of one example. */
    public float[] input(int example) {
        var values = new float[Math.toIntExact(shape().size())];
        source.read(position(example), values);
        return values;
    }

    /** The class of one example. */
    public int label(int example) {
        return source.label(position(example));
    }

    private int position(int example) {
        if (example < 0 || example >= size) {
            throw new DataException("there is no example " + example + " of " + size);
        }
        return first + example;
    }

    /** The examples from one position to another, without the last. */
    public Examples part(int from, int to) {
        if (from < 0 || from >= to || to > size) {
            throw new DataException("there are no examples " + from + " to " + to + " of " + size);
        }
        return new Examples(source, first + from, to - from, seed, changes);
    }

    /** The same examples, in another random order in every epoch. */
    public Examples shuffled(long seed) {
        return new Examples(source, first, size, seed, changes);
    }

    /**
     * The same examples, each changed anew in every epoch; the same for the same seed, epoch and position.
     *
     * @param seed of what is random in the changes
     */
    public Examples augmented(long seed, Augmentation augmentation) {
        return new Examples(source, first, size, this.seed, new Changes(augmentation, seed));
    }

    /** The examples in batches; the last one may be smaller. */
    public Batches batched(int size) {
        if (size < 1) {
            throw new DataException("a batch holds at least one example, not " + size);
        }
        return new Batches(this, size);
    }

    /** For instance {@code 3,823 examples of 64 values in 10 classes, shuffled, augmented}. */
    @Override
    public String toString() {
        String each =
                shape().rank() == 1 ? String.format(Locale.ROOT, "%,d values", shape().size()) : shape().toString();
        return String.format(Locale.ROOT, "%,d examples of %s in %,d classes", size, each, classes())
                + (seed == null ? "" : ", shuffled")
                + (changes == null ? "" : ", augmented");
    }

    /** Seeds, and a checksum of all labels and of examples from everywhere. */
    String identity() {
        var checksum = new CRC32();
        for (int i = 0; i < size; i++) {
            checksum.update(label(i));
        }
        for (int i = 0; i < Math.min(size, IDENTIFYING); i++) {
            float[] values = input((int) ((long) i * size / IDENTIFYING % size));
            for (float value : values) {
                int bits = Float.floatToIntBits(value);
                for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                    checksum.update(bits >>> shift);
                }
            }
        }
        return String.format(
                Locale.ROOT,
                "%s%s, checksum %08x",
                seed == null ? "" : ", order " + seed,
                changes == null ? "" : ", changes " + changes.seed(),
                checksum.getValue());
    }

    /** The order of the examples in an epoch, from 0: Fisher and Yates's shuffle. */
    int[] order(int epoch) {
        int[] order = new int[size];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        if (seed != null) {
            var random = new SplittableRandom(seed * 31 + epoch);
            for (int i = order.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }
        return order;
    }

    /** The examples at some positions of an epoch's order, as one batch: [N, ...]. */
    Batch gather(int epoch, int[] order, int from, int to) {
        var batchLabels = new int[to - from];
        var values = NDArray.zeros(DType.FLOAT32, shape().prepend(Dim.of(to - from)));
        var floats = values.floats();
        for (int i = from; i < to; i++) {
            float[] input = input(order[i]);
            floats.put(changes == null ? input : changed(epoch, order[i], input));
            batchLabels[i - from] = label(order[i]);
        }
        return new Batch(values, NDArray.of(Shape.of(to - from), batchLabels));
    }

    private float[] changed(int epoch, int example, float[] input) {
        var result = new float[input.length];
        // A generator for each example, so that batch size and order do not matter.
        long key = (changes.seed() * 31 + epoch) * 0x9E3779B97F4A7C15L + example;
        changes.augmentation().apply(input, result, new SplittableRandom(key));
        return result;
    }
}
