package dev.baton.nn;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Seeds;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * The usual ways to start a parameter: the same bits for the same seed on every machine. Weights of linear layers are
 * [inputs, outputs], those of convolutions [outputs, inputs / groups, kernel height, kernel width], or with one size of
 * the kernel, or three.
 */
public final class Initializers {

    private Initializers() {}

    /** The same number everywhere. */
    public static Initializer constant(double number) {
        return (shape, seed, name) -> fill(shape, seed, name, random -> number);
    }

    /** Uniform between two numbers. */
    public static Initializer uniform(double low, double high) {
        return (shape, seed, name) -> fill(shape, seed, name, random -> random.nextDouble(low, high));
    }

    /** Normal with mean 0. */
    public static Initializer normal(double deviation) {
        return (shape, seed, name) -> fill(shape, seed, name, random -> deviation * gaussian(random));
    }

    /** Normal with mean 0; what lies beyond two deviations is drawn again. */
    public static Initializer truncatedNormal(double deviation) {
        return (shape, seed, name) -> fill(shape, seed, name, random -> {
            double drawn = gaussian(random);
            while (Math.abs(drawn) > 2) {
                drawn = gaussian(random);
            }
            return deviation * drawn;
        });
    }

    /** Normal with variance 2 / inputs, for layers before a ReLU (He et al. 2015, "Delving Deep into Rectifiers"). */
    public static Initializer heNormal() {
        return heNormal(0);
    }

    /** As {@link #heNormal()}, before a leaky ReLU of this slope: with variance 2 / ((1 + slope^2) inputs). */
    public static Initializer heNormal(double slope) {
        return ofVariance(fans -> heVariance(fans, slope), Initializers::normal);
    }

    /** As {@link #heNormal()}, but uniform. */
    public static Initializer heUniform() {
        return heUniform(0);
    }

    /** As {@link #heNormal(double)}, but uniform. */
    public static Initializer heUniform(double slope) {
        return ofVariance(fans -> heVariance(fans, slope), Initializers::uniformOfDeviation);
    }

    private static double heVariance(Fans fans, double slope) {
        return 2 / ((1 + slope * slope) * fans.inputs());
    }

    /** Normal with variance 2 / (inputs + outputs) (Glorot and Bengio 2010). */
    public static Initializer xavierNormal() {
        return ofVariance(fans -> 2.0 / (fans.inputs() + fans.outputs()), Initializers::normal);
    }

    /** As {@link #xavierNormal()}, but uniform. */
    public static Initializer xavierUniform() {
        return ofVariance(fans -> 2.0 / (fans.inputs() + fans.outputs()), Initializers::uniformOfDeviation);
    }

    private static Initializer ofVariance(ToDoubleFunction<Fans> variance, DoubleFunction<Initializer> ofDeviation) {
        return (shape, seed, name) -> ofDeviation
                .apply(Math.sqrt(variance.applyAsDouble(Fans.of(shape))))
                .initialize(shape, seed, name);
    }

    private static Initializer uniformOfDeviation(double deviation) {
        double bound = Math.sqrt(3) * deviation;
        return uniform(-bound, bound);
    }

    /** As {@link #orthogonal(double)} with gain 1. */
    public static Initializer orthogonal() {
        return orthogonal(1);
    }

    /**
     * Rows that are at right angles to each other and of length {@code gain}; columns, where there are more rows than
     * columns (Saxe et al. 2014). A convolution's weights count as a matrix with a row for each output.
     */
    public static Initializer orthogonal(double gain) {
        return (shape, seed, name) -> {
            if (shape.rank() < 2) {
                throw new ShapeException("only weights of two or more dimensions can be orthogonal, not " + shape);
            }
            int rows = (int) shape.size(0);
            int columns = (int) (shape.size() / Math.max(rows, 1));
            var random = random(seed, name);
            double[][] vectors = new double[Math.min(rows, columns)][Math.max(rows, columns)];
            for (double[] vector : vectors) {
                Arrays.setAll(vector, i -> gaussian(random));
            }
            Orthonormal.make(vectors);
            NDArray array = NDArray.zeros(DType.FLOAT32, shape);
            for (int i = 0; i < array.size(); i++) {
                int row = i / columns;
                int column = i % columns;
                array.set(i, gain * (rows <= columns ? vectors[row][column] : vectors[column][row]));
            }
            return array;
        };
    }

    /** Uniform within 1 / sqrt(inputs): what PyTorch's linear layers start with, biases too. */
    public static Initializer fanIn(long inputs) {
        double bound = 1 / Math.sqrt(inputs);
        return uniform(-bound, bound);
    }

    /** How many numbers an output is the sum of, and how many an input goes into. */
    private record Fans(long inputs, long outputs) {

        static Fans of(Shape shape) {
            if (shape.rank() == 2) {
                return new Fans(shape.size(0), shape.size(1));
            }
            if (shape.rank() < 2) {
                throw new ShapeException(
                        "this initializer is for weights [inputs, outputs] of linear layers and [outputs, "
                                + "inputs / groups, ...] of convolutions, not for " + shape);
            }
            long kernel = shape.without(0).without(0).size();
            return new Fans(shape.size(1) * kernel, shape.size(0) * kernel);
        }
    }

    private static NDArray fill(Shape shape, long seed, String name, ToDoubleFunction<SplittableRandom> next) {
        var random = random(seed, name);
        NDArray array = NDArray.zeros(DType.FLOAT32, shape);
        for (int i = 0; i < array.size(); i++) {
            array.set(i, next.applyAsDouble(random));
        }
        return array;
    }

    private static SplittableRandom random(long seed, String name) {
        return Seeds.random(seed, name.hashCode());
    }

    /** Box and Muller's transformation, in StrictMath: the same bits on every machine. */
    private static double gaussian(SplittableRandom random) {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
    }
}
