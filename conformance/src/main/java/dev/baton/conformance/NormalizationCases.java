package dev.baton.conformance;

import dev.baton.Shape;
import dev.baton.composite.LayerNormalization;
import dev.baton.composite.RmsNormalization;
import dev.baton.composite.Softmax;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Norms over the last dimensions and softmax along any axis, forward and backward. */
final class NormalizationCases {

    private static final String GROUP = "normalization";

    private static final Tolerance NEAR = Tolerance.ofLargest(2e-6).orAbsolute(1e-6);

    /** The gradient by a weight adds up over all rows. */
    private static final Tolerance OF_SUMS = Tolerance.ofLargest(8e-6).orAbsolute(4e-6);

    private static final long[][] NORMALIZED = {
        {1, 1},
        {1, 7},
        {5, 3},
        {33, 128},
        {3, 1031},
        {1033, 5},
        {0, 5},
        {7},
        {2, 3, 17},
        {2, 3, 4, 5},
        {1, 2, 1, 2, 3, 1, 2, 1}
    };

    private static final long[][] SOFTMAX = {
        {1, 1},
        {7},
        {3, 5},
        {67, 131},
        {2, 3, 200},
        {0, 4},
        {5, 1, 3},
        {1, 2, 1, 2, 3, 1, 2, 1}
    };

    private NormalizationCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (long[] sizes : NORMALIZED) {
            for (int dimensions = 1; dimensions <= Math.min(sizes.length, 2); dimensions++) {
                long[] own = Arrays.copyOfRange(sizes, sizes.length - dimensions, sizes.length);
                long[] leading = Arrays.copyOf(sizes, sizes.length - dimensions);
                layerNorm(cases, sizes, leading, own);
                rmsNorm(cases, sizes, leading, own);
            }
        }
        for (long[] sizes : SOFTMAX) {
            for (int axis = 0; axis < sizes.length; axis++) {
                softmax(cases, Fill.NORMAL, axis, sizes);
            }
        }
        softmax(cases, Fill.between(-200, 200), 1, 5, 33);
        softmax(cases, Fill.between(200, 202), 0, 33, 5);
        Fill masked = Fill.values("masked", 0.5, 1, Double.NEGATIVE_INFINITY, -1, 2, 0, 1);
        softmax(cases, masked, 1, 5, 7);
        softmax(cases, masked, 0, 7, 5);
        softmax(cases, Fill.values("with NaN", 0.5, 1, Double.NaN, -1, 2, 0, 1), 1, 4, 9);
        views(cases);
        return cases;
    }

    private static void layerNorm(List<Case> cases, long[] sizes, long[] leading, long[] own) {
        var attributes =
                Attributes.of(LayerNormalization.DIMENSIONS, (long) own.length).with(LayerNormalization.EPSILON, 1e-5);
        Argument x = Shapes.floats(Fill.between(-1, 3), sizes);
        Argument weight = Shapes.floats(own);
        CompositeCases.both(cases, GROUP, LayerNormalization.FORWARD, attributes, NEAR, x);
        CompositeCases.both(cases, GROUP, LayerNormalization.FORWARD, attributes, NEAR, x, weight);
        CompositeCases.both(cases, GROUP, LayerNormalization.FORWARD, attributes, NEAR, x, weight, Shapes.floats(own));
        Argument mean = Shapes.floats(Fill.between(0, 2), leading);
        Argument inverse = Shapes.floats(Fill.between(0.5, 2), leading);
        Argument gradient = Shapes.floats(sizes);
        for (boolean bias : new boolean[] {false, true}) {
            Attributes backward = attributes.with(LayerNormalization.BIAS, bias);
            CompositeCases.both(
                    cases, GROUP, LayerNormalization.BACKWARD, backward, OF_SUMS, x, mean, inverse, gradient, weight);
        }
        CompositeCases.both(cases, GROUP, LayerNormalization.BACKWARD, attributes, NEAR, x, mean, inverse, gradient);
    }

    private static void rmsNorm(List<Case> cases, long[] sizes, long[] leading, long[] own) {
        var attributes =
                Attributes.of(RmsNormalization.DIMENSIONS, (long) own.length).with(RmsNormalization.EPSILON, 1e-5);
        Argument x = Shapes.floats(Fill.between(-1, 3), sizes);
        Argument weight = Shapes.floats(own);
        CompositeCases.both(cases, GROUP, RmsNormalization.FORWARD, attributes, NEAR, x);
        CompositeCases.both(cases, GROUP, RmsNormalization.FORWARD, attributes, NEAR, x, weight);
        Argument inverse = Shapes.floats(Fill.between(0.5, 2), leading);
        Argument gradient = Shapes.floats(sizes);
        CompositeCases.both(cases, GROUP, RmsNormalization.BACKWARD, attributes, NEAR, x, inverse, gradient);
        CompositeCases.both(cases, GROUP, RmsNormalization.BACKWARD, attributes, OF_SUMS, x, inverse, gradient, weight);
    }

    private static void softmax(List<Case> cases, Fill fill, int axis, long... sizes) {
        var attributes = Attributes.of(Softmax.AXIS, (long) axis);
        for (Softmax one : List.of(Softmax.SOFTMAX, Softmax.LOG_SOFTMAX)) {
            CompositeCases.both(cases, GROUP, one, attributes, NEAR, Shapes.floats(fill, sizes));
            Fill results = one.isLogarithm() ? Fill.between(-8, 0) : Fill.between(0, 1);
            CompositeCases.both(
                    cases,
                    GROUP,
                    one.backward(),
                    attributes,
                    NEAR,
                    Shapes.floats(results, sizes),
                    Shapes.floats(sizes));
        }
    }

    /** Operands that do not lie as they are read: turned, cut, repeated. */
    private static void views(List<Case> cases) {
        cases.add(Chain.of(
                GROUP,
                "layer norm of views",
                NEAR,
                in -> List.of(
                        plain(in[0].transpose(1, 0)),
                        plain(in[0].transpose(1, 0).slice(0, 1, 4)),
                        plain(in[1].broadcast(Shape.of(5, 6)))),
                Shapes.floats(6, 5),
                Shapes.floats(5, 1)));
        cases.add(Chain.of(
                GROUP,
                "softmax of views, and what follows it",
                NEAR,
                in -> List.of(
                        in[0].transpose(1, 0).softmax(1).multiply(2).exp(),
                        in[0].slice(0, 2, 5).logSoftmax(0).transpose(1, 0),
                        in[1].broadcast(Shape.of(5, 6)).softmax(1)),
                Shapes.floats(6, 5),
                Shapes.floats(1, 6)));
    }

    private static Tensor plain(Tensor x) {
        var attributes = Attributes.of(LayerNormalization.DIMENSIONS, 1L).with(LayerNormalization.EPSILON, 1e-5);
        return x.apply(LayerNormalization.FORWARD, attributes);
    }
}
