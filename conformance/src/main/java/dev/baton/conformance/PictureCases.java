package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.AveragePool;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.Convolution;
import dev.baton.composite.MaxPool;
import dev.baton.composite.RectifiedBatchNorm;
import dev.baton.composite.RectifiedConvolution;
import dev.baton.composite.Window;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Convolution, pooling and batch normalisation: each whole, as its definition, and on views. */
final class PictureCases {

    private static final String GROUP = "pictures";

    private static final Attributes EPSILON = Attributes.of(BatchNorm.EPSILON, 1e-5);

    /**
     * Relative to the largest result. Of random numbers around 0 the reference, which rounds factors, is off by 0.24 % of the root
     * of the mean square, and rounded tiles by 0.37 %, together by 0.44 %; the largest result is at least three times as large, and
     * an error among some thousands less than five times.
     */
    private static final double ROUNDED_TILES = 0x1p-7;

    /** A convolution that is tried. */
    private record Filters(long[] x, long[] weight, Window window, long groups) {

        Filters(long[] x, long[] weight, Window window) {
            this(x, weight, window, 1);
        }

        /** Whether a backend may round to bfloat16 what it has transformed for Winograd's method, instead of the factors. */
        boolean mayRoundTiles() {
            boolean isTile = Arrays.equals(window.kernel(), two(3, 3))
                    && Arrays.equals(window.stride(), two(1, 1))
                    && Arrays.equals(window.dilation(), two(1, 1));
            return isTile && groups == 1 && Math.min(weight[0], weight[1]) >= 32;
        }

        long[] result() {
            return window.places(Shape.of(x), Shape.of(weight).dim(0)).toArray();
        }
    }

    private PictureCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        filters().forEach(one -> convolution(cases, one));
        for (Window window : pools()) {
            for (long[] x : new long[][] {{2, 3, 7, 9}, {1, 1, 5, 7}, {3, 17, 8, 8}, {0, 2, 5, 6}}) {
                maxPool(cases, x, window);
                averagePool(cases, x, window);
            }
        }
        maxPoolOfSpecials(cases);
        long[][] normed = {
            {2, 1},
            {7, 3},
            {64, 33},
            {1, 4, 9},
            {3, 5, 1, 1},
            {2, 3, 5, 7},
            {5, 17, 8, 9},
            {2, 3, 31, 37},
            {3, 2, 3, 2, 3},
            {1, 2, 1, 3, 1, 2, 1, 2}
        };
        for (long[] x : normed) {
            batchNorm(cases, x, Fill.NORMAL, 1e-5);
        }
        // The mean is many deviations from 0: what squares and means lose in single precision is all that is left.
        batchNorm(cases, new long[] {6, 3, 11, 13}, Fill.between(200, 202), 1e-4);
        batchNorm(cases, new long[] {5, 3, 4, 4}, Fill.number(3.5), 1e-5);
        views(cases);
        return cases;
    }

    private static long[] two(long height, long width) {
        return new long[] {height, width};
    }

    private static Window window(long[] kernel, long[] stride, long[] before, long[] after, long[] dilation) {
        return new Window(kernel, stride, before, after, dilation);
    }

    private static Window square(long kernel, long stride, long padding) {
        return window(
                two(kernel, kernel), two(stride, stride), two(padding, padding), two(padding, padding), two(1, 1));
    }

    private static Stream<Filters> filters() {
        Window uneven = window(two(3, 2), two(2, 1), two(2, 0), two(0, 1), two(1, 2));
        return Stream.of(
                new Filters(new long[] {1, 1, 1, 1}, new long[] {1, 1, 1, 1}, square(1, 1, 0)),
                new Filters(new long[] {2, 3, 8, 8}, new long[] {4, 3, 3, 3}, square(3, 1, 1)),
                new Filters(new long[] {3, 16, 16, 16}, new long[] {32, 16, 3, 3}, square(3, 1, 1)),
                new Filters(new long[] {2, 17, 9, 11}, new long[] {33, 17, 3, 3}, square(3, 1, 1)),
                new Filters(new long[] {19, 16, 8, 8}, new long[] {17, 16, 3, 3}, square(3, 1, 1)),
                new Filters(new long[] {2, 70, 7, 5}, new long[] {66, 70, 3, 3}, square(3, 1, 1)),
                new Filters(new long[] {2, 33, 9, 16}, new long[] {32, 33, 3, 3}, square(3, 1, 1)),
                new Filters(new long[] {17, 32, 8, 8}, new long[] {34, 32, 3, 3}, square(3, 1, 1)),
                new Filters(
                        new long[] {1, 18, 4, 33},
                        new long[] {16, 18, 3, 3},
                        window(two(3, 3), two(1, 1), two(0, 2), two(2, 1), two(1, 1))),
                new Filters(new long[] {2, 16, 15, 13}, new long[] {16, 16, 3, 3}, square(3, 2, 1)),
                new Filters(new long[] {2, 3, 23, 19}, new long[] {8, 3, 7, 7}, square(7, 2, 3)),
                new Filters(new long[] {2, 5, 6, 7}, new long[] {9, 5, 1, 1}, square(1, 1, 0)),
                new Filters(new long[] {2, 32, 8, 8}, new long[] {16, 32, 1, 1}, square(1, 2, 0)),
                new Filters(new long[] {1, 4, 9, 8}, new long[] {3, 4, 2, 2}, square(2, 3, 0)),
                new Filters(new long[] {2, 2, 5, 6}, new long[] {3, 2, 5, 5}, square(5, 1, 2)),
                new Filters(
                        new long[] {3, 4, 6, 5},
                        new long[] {7, 4, 6, 5},
                        window(two(6, 5), two(1, 1), two(0, 0), two(0, 0), two(1, 1))),
                new Filters(new long[] {2, 3, 7, 8}, new long[] {5, 3, 3, 2}, uneven),
                new Filters(
                        new long[] {2, 6, 8, 7},
                        new long[] {4, 6, 3, 3},
                        window(two(3, 3), two(1, 1), two(2, 3), two(2, 3), two(2, 3))),
                // One row, as sequences have it, and one column.
                new Filters(
                        new long[] {3, 8, 1, 37},
                        new long[] {6, 8, 1, 5},
                        window(two(1, 5), two(1, 2), two(0, 2), two(0, 2), two(1, 1))),
                new Filters(
                        new long[] {2, 3, 29, 1},
                        new long[] {4, 3, 3, 1},
                        window(two(3, 1), two(1, 1), two(1, 0), two(1, 0), two(1, 1))),
                // The window sees more padding than picture, and a part of the padding not at all.
                new Filters(new long[] {2, 3, 2, 1}, new long[] {2, 3, 3, 3}, square(3, 1, 2)),
                new Filters(new long[] {1, 2, 3, 3}, new long[] {2, 2, 2, 2}, square(2, 4, 3)),
                new Filters(new long[] {2, 6, 7, 5}, new long[] {4, 3, 3, 3}, square(3, 1, 1), 2),
                new Filters(new long[] {2, 9, 5, 6}, new long[] {6, 3, 3, 2}, uneven, 3),
                new Filters(new long[] {2, 12, 9, 8}, new long[] {12, 1, 3, 3}, square(3, 1, 1), 12),
                new Filters(new long[] {1, 4, 9, 8}, new long[] {8, 1, 3, 3}, square(3, 2, 1), 4));
    }

    private static void convolution(List<Case> cases, Filters one) {
        Attributes attributes = Convolution.attributes(one.window(), one.groups());
        convolution(cases, one, attributes, 0);
        convolution(cases, one, attributes.with(Primitive.BFLOAT16, true), one.mayRoundTiles() ? ROUNDED_TILES : 0);
    }

    /** @param ofLargest how far results may be off beside the rounding of sums, relative to the largest one */
    private static void convolution(List<Case> cases, Filters one, Attributes attributes, double ofLargest) {
        Argument x = Shapes.floats(one.x());
        Argument weight = Shapes.floats(one.weight());
        Argument gradient = Shapes.floats(one.result());
        long perFilter = one.weight()[1] * one.weight()[2] * one.weight()[3];
        Tolerance forward = Tolerance.sum(perFilter + 1).orOfLargest(ofLargest);
        both(cases, Convolution.FORWARD, attributes, forward, x, weight);
        both(cases, Convolution.FORWARD, attributes, forward, x, weight, Shapes.floats(one.weight()[0]));
        both(cases, RectifiedConvolution.FORWARD, attributes, forward, x, weight);
        both(cases, RectifiedConvolution.FORWARD, attributes, forward, x, weight, Shapes.floats(one.weight()[0]));
        Attributes byInput = attributes.with(Convolution.SHAPE, Shape.of(one.x()));
        Tolerance backward = Tolerance.sum(one.weight()[0] / one.groups() * one.weight()[2] * one.weight()[3])
                .orOfLargest(ofLargest);
        both(cases, Convolution.INPUT_GRADIENT, byInput, backward, gradient, weight);
        both(cases, RectifiedConvolution.INPUT_GRADIENT, byInput, backward, gradient, weight, x);
        both(
                cases,
                Convolution.WEIGHT_GRADIENT,
                attributes.with(Convolution.SHAPE, Shape.of(one.weight())),
                Tolerance.sum(one.result()[0] * one.result()[2] * one.result()[3]),
                x,
                gradient);
    }

    private static List<Window> pools() {
        return List.of(
                square(1, 1, 0),
                square(2, 2, 0),
                square(3, 2, 1),
                square(3, 1, 1),
                window(two(2, 3), two(1, 2), two(0, 1), two(1, 0), two(2, 1)),
                window(two(5, 4), two(3, 3), two(2, 2), two(1, 2), two(1, 1)));
    }

    private static long[] pooled(long[] x, Window window) {
        return window.places(Shape.of(x), Shape.of(x).dim(1)).toArray();
    }

    private static void maxPool(List<Case> cases, long[] x, Window window) {
        for (Fill fill : List.of(Fill.NORMAL, Fill.TIES)) {
            both(cases, MaxPool.FORWARD, window.attributes(), Tolerance.EXACT, Shapes.floats(fill, x));
        }
        Shape pooled = Shape.of(pooled(x, window));
        both(
                cases,
                MaxPool.BACKWARD,
                window.attributes().with(MaxPool.SHAPE, Shape.of(x)),
                Tolerance.sum(window.size()),
                Shapes.floats(pooled.toArray()),
                Shapes.argument(DType.INT32, Fill.labels((int) window.size()), pooled));
    }

    private static void maxPoolOfSpecials(List<Case> cases) {
        for (Window window : List.of(square(2, 2, 0), square(3, 2, 1), square(2, 1, 1))) {
            for (Fill fill : List.of(Fill.SPECIAL_COLUMNS, Fill.number(Double.NEGATIVE_INFINITY))) {
                both(cases, MaxPool.FORWARD, window.attributes(), Tolerance.EXACT, Shapes.floats(fill, 2, 3, 11, 13));
            }
        }
    }

    private static void averagePool(List<Case> cases, long[] x, Window window) {
        for (boolean countPadding : new boolean[] {true, false}) {
            Attributes attributes = window.attributes().with(AveragePool.COUNT_PADDING, countPadding);
            // A rounding more for the division.
            Tolerance tolerance = Tolerance.sum(window.size() + 1);
            both(cases, AveragePool.FORWARD, attributes, tolerance, Shapes.floats(x));
            both(
                    cases,
                    AveragePool.BACKWARD,
                    attributes.with(AveragePool.SHAPE, Shape.of(x)),
                    tolerance,
                    Shapes.floats(pooled(x, window)));
        }
    }

    private static void batchNorm(List<Case> cases, long[] x, Fill fill, double error) {
        Tolerance tolerance = Tolerance.ofLargest(error);
        Argument values = Shapes.floats(fill, x);
        Argument perChannel = Shapes.floats(x[1]);
        both(cases, BatchNorm.FORWARD, EPSILON, tolerance, values, perChannel, perChannel);
        both(cases, RectifiedBatchNorm.FORWARD, EPSILON, tolerance, values, perChannel, perChannel);
        both(cases, RectifiedBatchNorm.FORWARD, EPSILON, tolerance, values, perChannel, perChannel, Shapes.floats(x));
        Argument mean = Shapes.floats(fill, x[1]);
        Argument inverseDeviation = Shapes.floats(Fill.between(0.5, 2), x[1]);
        both(
                cases,
                BatchNorm.BACKWARD,
                Attributes.none(),
                tolerance,
                values,
                perChannel,
                mean,
                inverseDeviation,
                Shapes.floats(x));
        both(
                cases,
                RectifiedBatchNorm.BACKWARD,
                Attributes.none(),
                tolerance,
                values,
                perChannel,
                mean,
                inverseDeviation,
                Shapes.floats(x),
                Shapes.floats(x));
        both(
                cases,
                BatchNorm.INFERENCE,
                EPSILON,
                tolerance,
                values,
                perChannel,
                perChannel,
                mean,
                Shapes.floats(Fill.POSITIVE, x[1]));
    }

    private static void both(
            List<Case> cases,
            dev.baton.graph.Composite composite,
            Attributes attributes,
            Tolerance tolerance,
            Argument... in) {
        CompositeCases.both(cases, GROUP, composite, attributes, tolerance, in);
    }

    private static void chain(List<Case> cases, String name, Chain.Body body, Argument... in) {
        cases.add(Chain.of(GROUP, name, Tolerance.ofLargest(1e-5), body, in));
    }

    private static Tensor apply(dev.baton.graph.Composite composite, Attributes attributes, Tensor... in) {
        Value[] values = Stream.of(in).map(Tensor::value).toArray(Value[]::new);
        return Tensor.of(in[0].graph(), new Emitter(in[0].graph()).apply(composite, attributes, values));
    }

    /** Operands that are views of others, results that others view, and what is folded. */
    private static void views(List<Case> cases) {
        Attributes plain = Convolution.attributes(square(3, 1, 1), 1);
        chain(
                cases,
                "a convolution of turned operands",
                in -> List.of(
                        apply(Convolution.FORWARD, plain, in[0].transpose(0, 3, 1, 2), in[1].transpose(3, 2, 0, 1))),
                Shapes.floats(2, 7, 6, 5),
                Shapes.floats(3, 3, 5, 4));
        chain(
                cases,
                "a convolution of parts, and a part of it",
                in -> List.of(apply(
                                Convolution.FORWARD,
                                plain,
                                in[0].slice(1, 1, 4).slice(3, 2, 8),
                                in[1].slice(0, 2, 7),
                                in[2].slice(0, 1, 6))
                        .slice(1, 1, 3)
                        .relu()),
                Shapes.floats(2, 5, 6, 9),
                Shapes.floats(8, 3, 3, 3),
                Shapes.floats(9));
        chain(
                cases,
                "gradients of a mean, which are broadcast",
                in -> {
                    Tensor up = in[0].reshape(2, 4, 1, 1).broadcast(Shape.of(2, 4, 6, 5));
                    return List.of(
                            apply(
                                    Convolution.INPUT_GRADIENT,
                                    plain.with(Convolution.SHAPE, Shape.of(2, 3, 6, 5)),
                                    up,
                                    in[1]),
                            apply(
                                    Convolution.WEIGHT_GRADIENT,
                                    plain.with(Convolution.SHAPE, Shape.of(4, 3, 3, 3)),
                                    in[2],
                                    up));
                },
                Shapes.floats(2, 4),
                Shapes.floats(4, 3, 3, 3),
                Shapes.floats(2, 3, 6, 5));
        chain(
                cases,
                "pools of turned and broadcast pictures",
                in -> {
                    Attributes window = square(3, 2, 1).attributes();
                    Tensor turned = in[0].transpose(0, 1, 3, 2);
                    Tensor wide = in[1].broadcast(Shape.of(2, 3, 7, 9));
                    Attributes counted = window.with(AveragePool.COUNT_PADDING, true);
                    return List.of(
                            apply(MaxPool.FORWARD, window, turned),
                            apply(AveragePool.FORWARD, counted, turned),
                            apply(MaxPool.FORWARD, window, wide),
                            apply(AveragePool.FORWARD, counted, wide));
                },
                Shapes.floats(2, 3, 9, 7),
                Shapes.floats(3, 1, 9));
        chain(
                cases,
                "batch norm of turned pictures",
                in -> List.of(
                        apply(BatchNorm.FORWARD, EPSILON, in[0].transpose(0, 3, 1, 2), in[1].slice(0, 2, 7), in[2])),
                Shapes.floats(2, 4, 3, 5),
                Shapes.floats(9),
                Shapes.floats(5));
        chain(
                cases,
                "batch norm, a shortcut and relu",
                in -> List.of(
                        apply(BatchNorm.FORWARD, EPSILON, in[0].transpose(0, 3, 1, 2), in[1].slice(0, 2, 7), in[2])
                                .add(in[3].broadcast(Shape.of(2, 5, 4, 3)))
                                .relu()),
                Shapes.floats(2, 4, 3, 5),
                Shapes.floats(9),
                Shapes.floats(5),
                Shapes.floats(5, 1, 3));
        chain(cases, "batch norm behind a convolution", in -> normedTwice(in, false), normedOperands(4));
        chain(cases, "batch norm behind a convolution with a bias", in -> normedTwice(in, true), normedOperands(4));
    }

    private static Argument[] normedOperands(long channels) {
        return Stream.concat(
                        Stream.of(Shapes.floats(2, 3, 6, 5), Shapes.floats(channels, 3, 3, 3), Shapes.floats(channels)),
                        LongStream.of(channels, channels, channels, channels)
                                .mapToObj(count -> Shapes.floats(Fill.POSITIVE, count)))
                .toArray(Argument[]::new);
    }

    /** The convolution alone behind one norm, and seen by somebody else behind another. */
    private static List<Tensor> normedTwice(Tensor[] in, boolean bias) {
        Attributes plain = Convolution.attributes(square(3, 1, 1), 1);
        Tensor alone = bias
                ? apply(Convolution.FORWARD, plain, in[0], in[1], in[2])
                : apply(Convolution.FORWARD, plain, in[0], in[1]);
        Tensor seen = apply(Convolution.FORWARD, plain, in[0], in[1].multiply(2));
        Tensor[] norm = {in[3], in[2], in[5], in[6]};
        return List.of(
                apply(BatchNorm.INFERENCE, EPSILON, alone, norm[0], norm[1], norm[2], norm[3])
                        .relu(),
                apply(BatchNorm.INFERENCE, EPSILON, seen, norm[0], norm[1], norm[2], norm[3]),
                seen.relu());
    }
}
