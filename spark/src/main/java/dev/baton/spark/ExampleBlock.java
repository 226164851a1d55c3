package dev.baton.spark;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.ClassSource;
import dev.baton.data.ExampleSource;
import dev.baton.data.NumberSource;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/**
 * Examples side by side in arrays of numbers, no object for each of them: so they go from worker to worker, and so they lie
 * in memory. Where they belong to classes there are labels, otherwise targets.
 */
final class ExampleBlock implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The place of the first of them among all examples. */
    final long first;

    final int count;

    private final Kind kind;
    private final float[] inputs;
    private final float[] targets;
    private final int[] labels;

    /**
     * What is the same for all of them.
     *
     * @param classes their number; 0 where there are targets
     * @param input the shape of an example
     * @param target the shape of a target; empty where there are classes
     */
    record Kind(int classes, List<Long> input, List<Long> target) implements Serializable {

        static Kind of(int classes, Shape input, Shape target) {
            return new Kind(classes, sizes(input), classes > 0 ? List.of() : sizes(target));
        }

        static List<Long> sizes(Shape shape) {
            return IntStream.range(0, shape.rank()).mapToObj(shape::size).toList();
        }

        private static Shape shape(List<Long> sizes) {
            return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
        }

        private static int numbers(List<Long> sizes) {
            return Math.toIntExact(sizes.stream().reduce(1L, Math::multiplyExact));
        }

        int width() {
            return numbers(input);
        }

        int targetWidth() {
            return classes > 0 ? 0 : numbers(target);
        }

        /** For instance {@code [3, 32, 32] in 10 classes}. */
        @Override
        public String toString() {
            return input + (classes > 0 ? " in " + classes + " classes" : " with " + target + " to predict");
        }
    }

    ExampleBlock(long first, int count, Kind kind, float[] inputs, float[] targets, int[] labels) {
        this.first = first;
        this.count = count;
        this.kind = kind;
        this.inputs = inputs;
        this.targets = targets;
        this.labels = labels;
    }

    /** Of no examples, whose kind nobody knows. */
    static ExampleBlock empty() {
        return new ExampleBlock(0, 0, null, new float[0], new float[0], new int[0]);
    }

    /** Null where there are no examples. */
    Kind kind() {
        return kind;
    }

    /**
     * Room for some examples.
     *
     * @throws DataException if they are more than one array holds
     */
    static ExampleBlock room(Kind kind, long first, int count) {
        if ((long) count * Math.max(kind.width(), kind.targetWidth()) > Integer.MAX_VALUE - 8) {
            throw new DataException(count + " examples of " + kind + " are too many for one partition: take more");
        }
        return new ExampleBlock(
                first,
                count,
                kind,
                new float[count * kind.width()],
                new float[count * kind.targetWidth()],
                new int[kind.classes() > 0 ? count : 0]);
    }

    /** Fills the room of one example of a class. */
    void set(int example, float[] input, int label) {
        System.arraycopy(input, 0, inputs, example * input.length, input.length);
        labels[example] = label;
    }

    /** Fills the room of one example with numbers to predict. */
    void set(int example, float[] input, float[] target) {
        System.arraycopy(input, 0, inputs, example * input.length, input.length);
        System.arraycopy(target, 0, targets, example * target.length, target.length);
    }

    private void copy(int from, ExampleBlock into, int to, int length) {
        int width = kind.width();
        int targetWidth = kind.targetWidth();
        System.arraycopy(inputs, from * width, into.inputs, to * width, length * width);
        System.arraycopy(targets, from * targetWidth, into.targets, to * targetWidth, length * targetWidth);
        if (kind.classes() > 0) {
            System.arraycopy(labels, from, into.labels, to, length);
        }
    }

    /**
     * Those that a partition gets where all examples are dealt like cards.
     *
     * @param place of the first of these among all examples
     */
    ExampleBlock dealt(long place, int partition, int partitions) {
        int begin = Math.floorMod(partition - place, partitions);
        int taken = begin >= count ? 0 : (count - begin + partitions - 1) / partitions;
        if (taken == 0) {
            return empty();
        }
        ExampleBlock result = room(kind, place + begin, taken);
        for (int i = 0; i < taken; i++) {
            copy(begin + i * partitions, result, i, 1);
        }
        return result;
    }

    /**
     * Some blocks in one, in the order of their places, in whichever order they have come.
     *
     * @throws DataException if they are of different kinds
     */
    static ExampleBlock joined(List<ExampleBlock> blocks) {
        List<ExampleBlock> ordered = blocks.stream()
                .filter(block -> block.count > 0)
                .sorted(Comparator.comparingLong(block -> block.first))
                .toList();
        if (ordered.isEmpty()) {
            return empty();
        }
        ExampleBlock one = ordered.get(0);
        int count = ordered.stream().map(block -> block.count).reduce(0, Math::addExact);
        ExampleBlock result = room(one.kind, one.first, count);
        int at = 0;
        for (ExampleBlock block : ordered) {
            if (!block.kind.equals(one.kind)) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "examples are all of one kind: from example %,d on they are %s, from %,d on %s",
                        one.first,
                        one.kind,
                        block.first,
                        block.kind));
            }
            block.copy(0, result, at, block.count);
            at += block.count;
        }
        return result;
    }

    /** The first of them alone. */
    ExampleBlock alone() {
        ExampleBlock result = room(kind, first, 1);
        copy(0, result, 0, 1);
        return result;
    }

    /**
     * The same, each of another shape.
     *
     * @throws DataException if an example has another number of values
     */
    ExampleBlock shaped(List<Long> input) {
        var other = new Kind(kind.classes(), input, kind.target());
        if (other.width() != kind.width()) {
            throw new DataException("examples of " + kind.width() + " values cannot be of the shape " + input
                    + ": it has " + other.width());
        }
        return new ExampleBlock(first, count, other, inputs, targets, labels);
    }

    /** Of every number. */
    long checksum() {
        var checksum = new CRC32();
        var bytes = ByteBuffer.allocate(Float.BYTES);
        for (float[] values : List.of(inputs, targets)) {
            for (float value : values) {
                checksum.update(bytes.putFloat(0, value).array());
            }
        }
        for (int label : labels) {
            checksum.update(bytes.putInt(0, label).array());
        }
        return checksum.getValue();
    }

    /** The examples, to learn from. */
    ExampleSource source() {
        return kind.classes() > 0 ? new Classes() : new Numbers();
    }

    private abstract class Source implements ExampleSource {

        private final Shape shape = Kind.shape(kind.input());
        private final int width = kind.width();

        @Override
        public int size() {
            return count;
        }

        @Override
        public Shape shape() {
            return shape;
        }

        @Override
        public void read(int example, float[] values) {
            System.arraycopy(inputs, example * width, values, 0, width);
        }
    }

    private final class Classes extends Source implements ClassSource {

        @Override
        public int classes() {
            return kind.classes();
        }

        @Override
        public int label(int example) {
            return labels[example];
        }
    }

    private final class Numbers extends Source implements NumberSource {

        @Override
        public Shape targetShape() {
            return Kind.shape(kind.target());
        }

        @Override
        public void readTarget(int example, float[] values) {
            System.arraycopy(targets, example * values.length, values, 0, values.length);
        }
    }
}
