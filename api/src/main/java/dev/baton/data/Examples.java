package dev.baton.data;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Seeds;
import dev.baton.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Examples to learn from: inputs, each with its class, or with numbers that are to be predicted. Immutable; a shuffled,
 * changed or shorter one shares the data.
 */
public final class Examples {

    /** How many examples a checksum looks at. */
    private static final int IDENTIFYING = 64;

    private final ExampleSource source;
    private final Targets targets;
    /** Which of the source's examples these are, where they are not all of them in its order; else null. */
    private final int[] chosen;

    private final int first;
    private final int size;
    private final Chance chance;

    /** How examples are changed at random. */
    private record Changes(Augmentation augmentation, long seed) {}

    /**
     * What is left to chance, anew in every epoch.
     *
     * @param order the seed of the order; null where they are not shuffled
     * @param changes null where they are not changed
     * @param mixing null where they are not mixed
     */
    private record Chance(Long order, Changes changes, Mixing mixing) {
        static final Chance NONE = new Chance(null, null, null);
    }

    /**
     * Two parts of some examples, which have none in common.
     *
     * @param training to learn from
     * @param held never learnt from: how well a model does on them shows what it has understood
     */
    public record Split(Examples training, Examples held) {}

    private Examples(ExampleSource source, int[] chosen, int first, int size, Chance chance) {
        this.source = source;
        this.targets = chance.mixing() == null
                ? Targets.of(source)
                : Targets.of(source).numeric();
        this.chosen = chosen;
        this.first = first;
        this.size = size;
        this.chance = chance;
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
        return of(new ClassRows(inputs, labels, classes));
    }

    /**
     * Examples with numbers to be predicted, each a row of numbers itself.
     *
     * @param inputs one row an example, all of one length
     * @param targets one row an example, all of one length
     * @throws DataException naming the first example that cannot be used
     */
    public static Examples of(float[][] inputs, float[][] targets) {
        return of(new NumberRows(inputs, targets));
    }

    /**
     * Examples of classes, made of records of any kind; the stream is read to its end at once.
     *
     * @param input the numbers of a record, as many for each
     * @param label the class of a record, from 0
     * @param classes the number of classes
     * @throws DataException naming the first record that cannot be used, by its place
     */
    public static <T> Examples of(Stream<T> records, Function<T, float[]> input, ToIntFunction<T> label, int classes) {
        var inputs = new ArrayList<float[]>();
        var labels = new ArrayList<Integer>();
        records.forEachOrdered(one -> {
            inputs.add(input.apply(one));
            labels.add(label.applyAsInt(one));
        });
        return of(
                inputs.toArray(float[][]::new),
                labels.stream().mapToInt(Integer::intValue).toArray(),
                classes);
    }

    /**
     * All examples of a source.
     *
     * @param source a {@link ClassSource} or a {@link NumberSource}
     * @throws DataException if it has none
     */
    public static Examples of(ExampleSource source) {
        if (source.size() == 0) {
            throw new DataException("there are no examples");
        }
        return new Examples(source, null, 0, source.size(), Chance.NONE);
    }

    /** The number of examples. */
    public int size() {
        return size;
    }

    /** The shape of one example. */
    public Shape shape() {
        return source.shape();
    }

    /**
     * The number of classes.
     *
     * @throws DataException if the examples have none, but numbers to be predicted
     */
    public int classes() {
        return ofClasses().classes();
    }

    /** A copy of the values of one example. */
    public float[] input(int example) {
        var values = new float[Math.toIntExact(shape().size())];
        source.read(position(example), values);
        return values;
    }

    /**
     * The class of one example.
     *
     * @throws DataException if the examples have none, but numbers to be predicted
     */
    public int label(int example) {
        return ofClasses().label(position(example));
    }

    private ClassSource ofClasses() {
        if (source instanceof ClassSource classes) {
            return classes;
        }
        throw new DataException("these examples have no classes, but numbers to be predicted");
    }

    /**
     * A copy of the numbers that are to be predicted for one example.
     *
     * @throws DataException if the examples have classes
     */
    public float[] target(int example) {
        if (source instanceof NumberSource numbers) {
            var values = new float[Math.toIntExact(numbers.targetShape().size())];
            numbers.readTarget(position(example), values);
            return values;
        }
        throw new DataException("these examples have no numbers to be predicted, but classes");
    }

    private int position(int example) {
        if (example < 0 || example >= size) {
            throw new DataException("there is no example " + example + " of " + size);
        }
        return chosen == null ? first + example : chosen[first + example];
    }

    /** The examples from one position to another, without the last. */
    public Examples part(int from, int to) {
        if (from < 0 || from >= to || to > size) {
            throw new DataException("there are no examples " + from + " to " + to + " of " + size);
        }
        return new Examples(source, chosen, first + from, to - from, chance);
    }

    /**
     * Holds some examples back, chosen at random, in the same order as here; of each class the same share.
     *
     * @param heldShare above 0 and below 1
     * @param seed of the choice
     * @throws DataException if one of the parts would be empty
     */
    public Split split(double heldShare, long seed) {
        boolean[] isHeld = Holdout.choose(this, heldShare, seed);
        var positions = new int[2][size];
        var counts = new int[2];
        for (int i = 0; i < size; i++) {
            int part = isHeld[i] ? 1 : 0;
            positions[part][counts[part]++] = position(i);
        }
        if (counts[0] == 0 || counts[1] == 0) {
            throw new DataException("a share of " + heldShare + " of " + size + " examples leaves "
                    + (counts[0] == 0 ? "none to learn from" : "none to hold back"));
        }
        return new Split(
                new Examples(source, Arrays.copyOf(positions[0], counts[0]), 0, counts[0], chance),
                new Examples(source, Arrays.copyOf(positions[1], counts[1]), 0, counts[1], chance));
    }

    /** Whether each example belongs to a class. */
    boolean haveClasses() {
        return source instanceof ClassSource;
    }

    /** The same examples, in another random order in every epoch. */
    public Examples shuffled(long seed) {
        return with(new Chance(seed, chance.changes(), chance.mixing()));
    }

    /**
     * The same examples, each changed anew in every epoch; the same for the same seed, epoch and position.
     *
     * @param seed of what is random in the changes
     */
    public Examples augmented(long seed, Augmentation augmentation) {
        return with(new Chance(chance.order(), new Changes(augmentation, seed), chance.mixing()));
    }

    /**
     * The same examples, each mixed with another one drawn at random, anew in every epoch (mixup, Zhang et al. 2018,
     * "mixup: Beyond Empirical Risk Minimization"): inputs and targets in the same shares. The targets of classes become
     * float32 [N, classes], which cross-entropy takes as well as labels. What is measured on is not to be mixed.
     *
     * @param seed of the draws
     * @param alpha the shares are drawn from Beta(alpha, alpha): near 0 hardly anything is mixed, with 1 every share is
     *     as likely as any other
     * @throws DataException if alpha is not above 0 and up to 1
     */
    public Examples mixed(long seed, double alpha) {
        return with(new Chance(chance.order(), chance.changes(), new Mixing(alpha, seed)));
    }

    private Examples with(Chance chance) {
        return new Examples(source, chosen, first, size, chance);
    }

    /** The examples in batches; the last one may be smaller. */
    public Batches batched(int size) {
        if (size < 1) {
            throw new DataException("a batch holds at least one example, not " + size);
        }
        return new Batches(this, size, 1);
    }

    /** For instance {@code 3,823 examples of 64 values in 10 classes, shuffled, augmented}. */
    @Override
    public String toString() {
        String each =
                shape().rank() == 1 ? String.format(Locale.ROOT, "%,d values", shape().size()) : shape().toString();
        return String.format(Locale.ROOT, "%,d examples of %s %s", size, each, targets.inWords())
                + (chance.order() == null ? "" : ", shuffled")
                + (chance.changes() == null ? "" : ", augmented")
                + (chance.mixing() == null ? "" : ", mixed");
    }

    /** Seeds, and a checksum of all targets and of examples from everywhere. */
    String identity() {
        var checksum = new CRC32();
        NDArray target = targets.room(1);
        for (int i = 0; i < size; i++) {
            targets.read(position(i), target, 0);
            checksum.update(target.bytes().rewind());
        }
        for (int i = 0; i < Math.min(size, IDENTIFYING); i++) {
            float[] values = input((int) ((long) i * size / IDENTIFYING % size));
            var bytes = ByteBuffer.allocate(values.length * Float.BYTES);
            bytes.asFloatBuffer().put(values);
            checksum.update(bytes);
        }
        return String.format(
                Locale.ROOT,
                "%s%s%s, checksum %08x",
                chance.order() == null ? "" : ", order " + chance.order(),
                chance.changes() == null ? "" : ", changes " + chance.changes().seed(),
                chance.mixing() == null ? "" : ", " + chance.mixing(),
                checksum.getValue());
    }

    /** The order of the examples in an epoch, from 0. */
    int[] order(int epoch) {
        return chance.order() == null
                ? IntStream.range(0, size).toArray()
                : Shuffle.order(size, Seeds.random(chance.order(), epoch));
    }

    /**
     * Some examples as an epoch has them, changed and mixed anew where they are, in new arrays.
     *
     * @param which their numbers, from 0; at least one
     * @throws DataException if there is none, or no example of such a number
     */
    public Batch batch(int epoch, int[] which) {
        if (which.length == 0) {
            throw new DataException("a batch holds at least one example");
        }
        Batch batch = room(which.length);
        gather(epoch, which, 0, batch);
        return batch;
    }

    /** Room for a batch of so many examples. */
    Batch room(int examples) {
        return new Batch(NDArray.zeros(DType.FLOAT32, shape().prepend(Dim.of(examples))), targets.room(examples));
    }

    /** Fills a batch with the examples of an epoch's order from one position on. */
    void gather(int epoch, int[] order, int from, Batch into) {
        var inputs = into.inputs().floats();
        for (int i = 0; i < into.size(); i++) {
            int example = order[from + i];
            if (chance.mixing() == null) {
                inputs.put(changed(epoch, example));
                targets.read(position(example), into.targets(), i);
            } else {
                Mixing.Partner other = chance.mixing().partner(epoch, example, size);
                inputs.put(other.mix(changed(epoch, example), changed(epoch, other.example())));
                Targets.Numeric numbers = targets.numeric();
                float[] target = other.mix(numbers.row(position(example)), numbers.row(position(other.example())));
                into.targets().floats().put(i * target.length, target);
            }
        }
    }

    private float[] changed(int epoch, int example) {
        float[] input = input(example);
        Changes changes = chance.changes();
        if (changes == null) {
            return input;
        }
        var result = new float[input.length];
        // A generator for each example, so that batch size and order do not matter.
        changes.augmentation().apply(input, result, Seeds.random(changes.seed(), epoch, example));
        return result;
    }
}
