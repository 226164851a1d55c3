package dev.baton.data;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** Examples in memory: inputs with one label each. Immutable; a shuffled, changed or shorter one shares the data. */
public final class Examples {

    private final float[][] inputs;
    private final int[] labels;
    private final int classes;
    private final Long seed;
    private final Changes changes;

    /** How examples are changed at random; null where they are not. */
    private record Changes(Augmentation augmentation, long seed) {}

    private Examples(float[][] inputs, int[] labels, int classes, Long seed, Changes changes) {
        this.inputs = inputs;
        this.labels = labels;
        this.classes = classes;
        this.seed = seed;
        this.changes = changes;
    }

    /**
     * Examples of classes.
     *
     * @param inputs one row of numbers an example, all of one length
     * @param labels the class of each, from 0
     * @param classes the number of classes
     * @throws DataException naming the first example that cannot be used
     */
    public static Examples of(float[][] inputs, int[] labels, int classes) {
        if (inputs.length == 0) {
            throw new DataException("there are no examples");
        }
        if (classes < 1) {
            throw new DataException("examples are of at least one class, not of " + classes);
        }
        if (inputs.length != labels.length) {
            throw new DataException(inputs.length + " examples have " + labels.length + " labels");
        }
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i] == null || inputs[i].length == 0) {
                throw new DataException("example " + i + " has no values");
            }
            if (inputs[i].length != inputs[0].length) {
                throw new DataException(
                        "example " + i + " has " + inputs[i].length + " values, example 0 has " + inputs[0].length);
            }
            for (int j = 0; j < inputs[i].length; j++) {
                if (!Float.isFinite(inputs[i][j])) {
                    throw new DataException(
                            "example " + i + ", value " + j + " is " + inputs[i][j] + ", not a finite number");
                }
            }
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new DataException("example " + i + " has label " + labels[i] + "; with " + classes
                        + " classes, labels are 0 to " + (classes - 1));
            }
        }
        return new Examples(inputs, labels, classes, null, null);
    }

    /** The number of examples. */
    public int size() {
        return inputs.length;
    }

    /** The number of classes. */
    public int classes() {
        return classes;
    }

    /** The values of one example; not to be changed. */
    public float[] input(int example) {
        return inputs[example];
    }

    /** The class of one example. */
    public int label(int example) {
        return labels[example];
    }

    /** The examples from one position to another, without the last. */
    public Examples part(int from, int to) {
        if (from < 0 || from >= to || to > size()) {
            throw new DataException("there are no examples " + from + " to " + to + " of " + size());
        }
        return new Examples(
                Arrays.copyOfRange(inputs, from, to), Arrays.copyOfRange(labels, from, to), classes, seed, changes);
    }

    /** The same examples, in another random order in every epoch. */
    public Examples shuffled(long seed) {
        return new Examples(inputs, labels, classes, seed, changes);
    }

    /**
     * The same examples, each changed anew in every epoch; the same for the same seed, epoch and position.
     *
     * @param seed of what is random in the changes
     */
    public Examples augmented(long seed, Augmentation augmentation) {
        return new Examples(inputs, labels, classes, this.seed, new Changes(augmentation, seed));
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
        return String.format(
                        Locale.ROOT, "%,d examples of %,d values in %,d classes", size(), inputs[0].length, classes)
                + (seed == null ? "" : ", shuffled")
                + (changes == null ? "" : ", augmented");
    }

    /** The order of the examples in an epoch, from 0: Fisher and Yates's shuffle. */
    int[] order(int epoch) {
        int[] order = new int[size()];
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

    /** The examples at some positions of an epoch's order, as one batch. */
    Batch gather(int epoch, int[] order, int from, int to) {
        var batchLabels = new int[to - from];
        var values = NDArray.zeros(DType.FLOAT32, Shape.of(to - from, inputs[0].length));
        var floats = values.floats();
        for (int i = from; i < to; i++) {
            floats.put(changes == null ? inputs[order[i]] : changed(epoch, order[i]));
            batchLabels[i - from] = labels[order[i]];
        }
        return new Batch(values, NDArray.of(Shape.of(to - from), batchLabels));
    }

    private float[] changed(int epoch, int example) {
        var result = new float[inputs[example].length];
        // A generator for each example, so that batch size and order do not matter.
        long key = (changes.seed() * 31 + epoch) * 0x9E3779B97F4A7C15L + example;
        changes.augmentation().apply(inputs[example], result, new SplittableRandom(key));
        return result;
    }
}
