package dev.baton.data;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.util.Locale;

/** What would be right for the examples of a source, as arrays. */
abstract class Targets {

    private Targets() {}

    /**
     * Those of a source.
     *
     * @throws DataException if it has neither classes nor numbers
     */
    static Targets of(ExampleSource source) {
        if (source instanceof ClassSource classes) {
            return new Classes(classes);
        }
        if (source instanceof NumberSource numbers) {
            return new Numbers(numbers);
        }
        throw new DataException("examples come from a ClassSource or a NumberSource; " + source.getClass()
                + " does not say what would be right for them");
    }

    /** Room for those of some examples: int32 [N] for classes, float32 [N, ...] for numbers. */
    abstract NDArray room(int examples);

    /**
     * Reads those of one example.
     *
     * @param place which of the array's rows they go to
     */
    abstract void read(int example, NDArray into, int place);

    /** The same as numbers, so that those of two examples can be mixed: for classes the share of each. */
    abstract Numeric numeric();

    /** What they are, as the end of a sentence about examples. */
    abstract String inWords();

    /** Rows of numbers, float32 [N, ...]. */
    abstract static class Numeric extends Targets {

        final Shape shape;

        private Numeric(Shape shape) {
            this.shape = shape;
        }

        /** Those of one example. */
        abstract float[] row(int example);

        @Override
        NDArray room(int examples) {
            return NDArray.zeros(DType.FLOAT32, shape.prepend(Dim.of(examples)));
        }

        @Override
        void read(int example, NDArray into, int place) {
            float[] values = row(example);
            into.floats().put(place * values.length, values);
        }

        @Override
        Numeric numeric() {
            return this;
        }
    }

    private static final class Classes extends Targets {

        private final ClassSource source;

        Classes(ClassSource source) {
            this.source = source;
        }

        @Override
        NDArray room(int examples) {
            return NDArray.zeros(DType.INT32, Shape.of(examples));
        }

        @Override
        void read(int example, NDArray into, int place) {
            into.set(place, source.label(example));
        }

        @Override
        String inWords() {
            return String.format(Locale.ROOT, "in %,d classes", source.classes());
        }

        @Override
        Numeric numeric() {
            return new Shares(source);
        }
    }

    /** Of an example's own class 1, of all others 0. */
    private static final class Shares extends Numeric {

        private final ClassSource source;

        Shares(ClassSource source) {
            super(Shape.of(source.classes()));
            this.source = source;
        }

        @Override
        float[] row(int example) {
            var shares = new float[source.classes()];
            shares[source.label(example)] = 1;
            return shares;
        }

        @Override
        String inWords() {
            return String.format(Locale.ROOT, "in shares of %,d classes", source.classes());
        }
    }

    private static final class Numbers extends Numeric {

        private final NumberSource source;

        Numbers(NumberSource source) {
            super(source.targetShape());
            this.source = source;
        }

        @Override
        float[] row(int example) {
            var values = new float[(int) shape.size()];
            source.readTarget(example, values);
            return values;
        }

        @Override
        String inWords() {
            return shape.size() == 1
                    ? "with a number each to predict"
                    : String.format(Locale.ROOT, "with %,d numbers each to predict", shape.size());
        }
    }
}
