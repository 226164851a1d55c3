package dev.baton.nn;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * The usual ways to start a parameter: the same bits for the same seed on every machine. Weights of linear layers are
 * [inputs, outputs].
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

    /** Normal with variance 2 / inputs, for layers before a ReLU (He et al. 2015, "Delving Deep into Rectifiers"). */
    public static Initializer he() {
        return (shape, seed, name) -> normal(Math.sqrt(2.0 / inputs(shape))).initialize(shape, seed, name);
    }

    /** Uniform with variance 2 / (inputs + outputs) (Glorot and Bengio 2010). */
    public static Initializer xavier() {
        return (shape, seed, name) -> {
            double bound = Math.sqrt(6.0 / (inputs(shape) + outputs(shape)));
            return uniform(-bound, bound).initialize(shape, seed, name);
        };
    }

    /** Uniform within 1 / sqrt(inputs): what PyTorch's linear layers start with, biases too. */
    public static Initializer fanIn(long inputs) {
        double bound = 1 / Math.sqrt(inputs);
        return uniform(-bound, bound);
    }

    private static long inputs(Shape shape) {
        requireMatrix(shape);
        return shape.size(0);
    }

    private static long outputs(Shape shape) {
        requireMatrix(shape);
        return shape.size(1);
    }

    private static void requireMatrix(Shape shape) {
        if (shape.rank() != 2) {
            throw new ShapeException("this initializer is for weights [inputs, outputs], not for " + shape);
        }
    }

    private static NDArray fill(Shape shape, long seed, String name, ToDoubleFunction<SplittableRandom> next) {
        var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + name.hashCode());
        NDArray array = NDArray.zeros(DType.FLOAT32, shape);
        for (int i = 0; i < array.size(); i++) {
            array.set(i, next.applyAsDouble(random));
        }
        return array;
    }

    /** Box and Muller's transformation, in StrictMath: the same bits on every machine. */
    private static double gaussian(SplittableRandom random) {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
    }
}
