package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.loss.Loss;
import dev.baton.nn.Layer;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Compares gradients with central differences, (f(x + h) - f(x - h)) / 2h, by every element of every parameter and of
 * every floating-point input: for layers, losses and gradient rules of one's own. Everything is computed in double on
 * the reference interpreter, in training mode, twice forward for each element: meant for small layers and few inputs.
 *
 * <pre>{@code
 * GradientCheck.of(new MyLayer(5, 3), NDArray.of(Shape.of(2, 5), numbers)).check();
 * }</pre>
 *
 * <p>At a corner, such as a ReLU at 0, there is no slope to agree with: keep inputs away from there.
 */
public final class GradientCheck {

    /** What {@link #check()} allows; numbers that stand in a graph as float32, such as pi, are not better than this. */
    private static final double TOLERANCE = 1e-6;

    /** Elements smaller than this share of the largest gradient are held against this share. */
    private static final double SMALL = 0.01;

    private final List<Comparison> worst;
    private final long elements;
    private final double largest;

    /**
     * The element of a parameter or an input where gradient and difference lie farthest apart.
     *
     * @param name such as {@code parameter '0.weight'} or {@code input 'inputs'}
     * @param shape of the parameter or input
     * @param index of the element, one number for each dimension
     * @param gradient by automatic differentiation
     * @param difference the central difference
     * @param relativeError their distance over the larger of the two; what is small beside the largest of all gradients
     *     is held against a hundredth of that
     */
    public record Comparison(
            String name, Shape shape, List<Long> index, double gradient, double difference, double relativeError) {

        @Override
        public String toString() {
            String form = "%s %s at %s: gradient %.9g, central difference %.9g, relative error %.2g";
            return String.format(Locale.ROOT, form, name, shape, index, gradient, difference, relativeError);
        }
    }

    private GradientCheck(List<Comparison> worst, long elements, double largest) {
        this.worst = worst;
        this.elements = elements;
        this.largest = largest;
    }

    /**
     * Checks a layer, by its parameters and its input. Parameters start as in a session, and each element is then moved
     * by up to 0.5 at random, so that zeros and ones hide nothing.
     *
     * @param inputs [N, ...], what the layer takes
     */
    public static GradientCheck of(Layer layer, NDArray inputs) {
        return of(given -> Layer.trace(layer, given.get(TrainStep.INPUTS)), Map.of(TrainStep.INPUTS, inputs));
    }

    /** Checks a loss, by the answers and, where they are floating-point numbers, by the targets. */
    public static GradientCheck of(Loss loss, NDArray answers, NDArray targets) {
        var inputs = new LinkedHashMap<String, NDArray>();
        inputs.put("answers", answers);
        inputs.put("targets", targets);
        return of(given -> loss.of(given.get("answers"), given.get("targets")), inputs);
    }

    /**
     * Checks a function of named inputs, by every parameter that it reads and every floating-point input.
     *
     * @param function gives a loss, or anything else: the elements of what is no scalar are added up, each times a
     *     random number
     */
    public static GradientCheck of(StepFunction function, Map<String, NDArray> inputs) {
        List<Differences.Slopes> all = new Differences(function, inputs).slopes();
        if (all.isEmpty()) {
            throw new BatonException("gradient check: there is nothing to differentiate by: the function reads no "
                    + "parameter, and no input is of floating-point numbers");
        }
        double largest =
                all.stream().mapToDouble(Differences.Slopes::largest).max().orElse(0);
        List<Comparison> worst = all.stream()
                .filter(slopes -> slopes.gradient().length > 0)
                .map(slopes -> worst(slopes, SMALL * largest))
                .sorted(Comparator.comparingDouble(Comparison::relativeError).reversed())
                .toList();
        long elements =
                all.stream().mapToLong(slopes -> slopes.gradient().length).sum();
        return new GradientCheck(worst, elements, largest);
    }

    private static Comparison worst(Differences.Slopes slopes, double small) {
        int at = 0;
        double most = -1;
        for (int i = 0; i < slopes.gradient().length; i++) {
            double error = error(slopes.gradient()[i], slopes.difference()[i], small);
            if (error > most) {
                at = i;
                most = error;
            }
        }
        return new Comparison(
                slopes.name(),
                slopes.shape(),
                slopes.shape().index(at),
                slopes.gradient()[at],
                slopes.difference()[at],
                most);
    }

    private static double error(double gradient, double difference, double small) {
        if (gradient == difference) {
            return 0;
        }
        double error =
                Math.abs(gradient - difference) / Math.max(small, Math.max(Math.abs(gradient), Math.abs(difference)));
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    }

    /** The worst element of each parameter and input, the worst of all first. */
    public List<Comparison> worst() {
        return worst;
    }

    /**
     * Fails where a relative error is above 1e-6.
     *
     * @return this, for instance to print it
     * @throws BatonException saying where, as {@link #toString} does
     */
    public GradientCheck check() {
        return check(TOLERANCE);
    }

    /**
     * Fails where a relative error is above a tolerance, or where every gradient is 0, so that nothing was compared.
     *
     * @return this, for instance to print it
     * @throws BatonException saying where, as {@link #toString} does
     */
    public GradientCheck check(double tolerance) {
        if (largest == 0) {
            throw new BatonException("every gradient is 0, so that nothing was compared\n" + this);
        }
        if (worst.stream().anyMatch(one -> !(one.relativeError() <= tolerance))) {
            throw new BatonException("a gradient is wrong: more than " + tolerance + " off\n" + this);
        }
        return this;
    }

    /** A line for each parameter and input with its worst element, the worst of all first. */
    @Override
    public String toString() {
        return "gradient check, " + elements + " elements:\n"
                + worst.stream().map(one -> "  " + one).collect(Collectors.joining("\n"));
    }
}
