package dev.baton.spark;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.ClassSource;
import dev.baton.data.ExampleSource;
import dev.baton.data.NumberSource;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Some examples in a row of all, as arrays of numbers: no object for each of them. That is how they go from worker to
 * worker and lie in memory.
 */
final class PackedExamples implements Serializable {

    private static final long serialVersionUID = 1;

    /** Their place among all examples, from the first. */
    final long first;

    final int count;
    /** Numbers of one example's input, and of its target where there are no classes. */
    private final int width;

    private final int targetWidth;
    private final float[] inputs;
    /** One of both is null. */
    private final int[] labels;

    private final float[] targets;

    PackedExamples(long first, int count, int width, float[] inputs, int[] labels, int targetWidth, float[] targets) {
        this.first = first;
        this.count = count;
        this.width = width;
        this.inputs = inputs;
        this.labels = labels;
        this.targetWidth = targetWidth;
        this.targets = targets;
    }

    /** Numbers of one example, input and target. */
    int width() {
        return width;
    }

    int targetWidth() {
        return targetWidth;
    }

    /** Those from one place to another among all examples, without the last, as far as they are among these. */
    PackedExamples cut(long from, long to) {
        int begin = (int) Math.max(0, Math.min(count, from - first));
        int end = (int) Math.max(begin, Math.min(count, to - first));
        return new PackedExamples(
                first + begin,
                end - begin,
                width,
                Arrays.copyOfRange(inputs, begin * width, end * width),
                labels == null ? null : Arrays.copyOfRange(labels, begin, end),
                targetWidth,
                targets == null ? null : Arrays.copyOfRange(targets, begin * targetWidth, end * targetWidth));
    }

    /** At another place among all examples. */
    PackedExamples at(long place) {
        return new PackedExamples(place, count, width, inputs, labels, targetWidth, targets);
    }

    /** Pieces in one, in the order of their places, in whichever order they have come. */
    static PackedExamples joined(List<PackedExamples> pieces) {
        List<PackedExamples> ordered = pieces.stream()
                .filter(piece -> piece.count > 0)
                .sorted(Comparator.comparingLong(piece -> piece.first))
                .toList();
        if (ordered.isEmpty()) {
            return new PackedExamples(0, 0, 0, new float[0], null, 0, new float[0]);
        }
        PackedExamples one = ordered.get(0);
        int count = ordered.stream().mapToInt(piece -> piece.count).sum();
        var inputs = new float[Math.multiplyExact(count, one.width)];
        int[] labels = one.labels == null ? null : new int[count];
        float[] targets = one.targets == null ? null : new float[Math.multiplyExact(count, one.targetWidth)];
        int at = 0;
        for (PackedExamples piece : ordered) {
            System.arraycopy(piece.inputs, 0, inputs, at * one.width, piece.inputs.length);
            if (labels == null) {
                System.arraycopy(piece.targets, 0, targets, at * one.targetWidth, piece.targets.length);
            } else {
                System.arraycopy(piece.labels, 0, labels, at, piece.count);
            }
            at += piece.count;
        }
        return new PackedExamples(one.first, count, one.width, inputs, labels, one.targetWidth, targets);
    }

    /** Of every number. */
    long checksum() {
        var checksum = new CRC32();
        update(checksum, inputs);
        if (labels == null) {
            update(checksum, targets);
        } else {
            for (int label : labels) {
                checksum.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, label));
            }
        }
        return checksum.getValue();
    }

    private static void update(CRC32 checksum, float[] values) {
        var bytes = ByteBuffer.allocate(4096);
        for (float value : values) {
            if (!bytes.hasRemaining()) {
                checksum.update(bytes.flip());
                bytes.clear();
            }
            bytes.putFloat(value);
        }
        checksum.update(bytes.flip());
    }

    /**
     * As a source of examples of a shape.
     *
     * @param classes their number; not looked at where there are numbers to predict
     * @throws DataException if an example has another number of values than the shape
     */
    ExampleSource source(Shape shape, int classes) {
        if (shape.size() != width) {
            throw new DataException("an example of " + width + " values is not " + shape);
        }
        return labels == null ? new Numbers(shape) : new Classes(shape, classes);
    }

    private abstract class Source implements ExampleSource {

        private final Shape shape;

        Source(Shape shape) {
            this.shape = shape;
        }

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

        private final int classes;

        Classes(Shape shape, int classes) {
            super(shape);
            this.classes = classes;
        }

        @Override
        public int classes() {
            return classes;
        }

        @Override
        public int label(int example) {
            return labels[example];
        }
    }

    private final class Numbers extends Source implements NumberSource {

        Numbers(Shape shape) {
            super(shape);
        }

        @Override
        public Shape targetShape() {
            return Shape.of(targetWidth);
        }

        @Override
        public void readTarget(int example, float[] values) {
            System.arraycopy(targets, example * targetWidth, values, 0, targetWidth);
        }
    }
}
