package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.composite.AllFinite;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import java.util.ArrayList;
import java.util.List;

/** Composites that a backend may claim: each whole, and as its definition. */
final class CompositeCases {

    private static final String GROUP = "composites";
    private static final Tolerance TOLERANCE = Tolerance.ofLargest(2e-6).orAbsolute(1e-6);

    private CompositeCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (Shape shape : Shapes.MANY) {
            both(
                    cases,
                    GROUP,
                    Activations.RELU,
                    Attributes.none(),
                    Tolerance.EXACT,
                    Shapes.argument(DType.FLOAT32, Fill.NORMAL, shape));
        }
        both(
                cases,
                GROUP,
                Activations.RELU,
                Attributes.none(),
                Tolerance.EXACT,
                Shapes.floats(Fill.SPECIAL_COLUMNS, Fill.SPECIALS));
        long[][] sizes = {{1, 1}, {1, 10}, {7, 2}, {64, 10}, {33, 17}, {5, 1031}, {1033, 10}, {0, 10}};
        for (long[] size : sizes) {
            for (double smoothing : new double[] {0, 0.1, 0.9}) {
                // Between -200 and 200, exp overflows where the largest is not subtracted first. All of them large, as
                // they get late in training, what they have in common cancels.
                for (Fill logits : List.of(Fill.NORMAL, Fill.between(-200, 200), Fill.between(200, 202))) {
                    crossEntropy(cases, size[0], (int) size[1], smoothing, logits, TOLERANCE);
                }
            }
        }
        Fill broken = Fill.values("with NaN", 0.5, 1, Double.NaN, -1, 2, 0, 1, 1, 3, 1, 2);
        Fill masked = Fill.values("masked", 0.5, 1, Double.NEGATIVE_INFINITY, -1, 2, 0, 1, 1, 3, 1, 2);
        crossEntropy(cases, 11, 3, 0, masked, TOLERANCE);
        crossEntropy(cases, 11, 3, 0.1, masked, TOLERANCE);
        crossEntropy(cases, 11, 3, 0.1, broken, TOLERANCE);
        finite(cases);
        return cases;
    }

    /** The composite as one node, and expanded. */
    static void both(
            List<Case> cases,
            String group,
            Composite composite,
            Attributes attributes,
            Tolerance tolerance,
            Argument... in) {
        cases.add(Case.of(group, composite, attributes, tolerance, in));
        cases.add(Case.expanded(group, composite, attributes, tolerance, in));
    }

    private static void crossEntropy(
            List<Case> cases, long examples, int classes, double smoothing, Fill logits, Tolerance tolerance) {
        var attributes = Attributes.of(SoftmaxCrossEntropy.SMOOTHING, smoothing);
        Argument scores = Shapes.floats(logits, examples, classes);
        Argument labels = Shapes.argument(DType.INT32, Fill.labels(classes), Shape.of(examples));
        both(cases, GROUP, SoftmaxCrossEntropy.FORWARD, attributes, tolerance, scores, labels);
        // The saved log-sum-exp is as large as the largest logit would make it.
        boolean large = logits.name().contains("200");
        Argument saved = Shapes.floats(large ? Fill.between(200, 210) : Fill.between(2, 5), examples);
        // exp of a difference of numbers near 200: each unit in their last place is 1.5e-5.
        Tolerance backward = large ? Tolerance.ofLargest(5e-5) : tolerance;
        both(
                cases,
                GROUP,
                SoftmaxCrossEntropy.BACKWARD,
                attributes,
                backward,
                scores,
                labels,
                saved,
                Shapes.floats(examples));
    }

    private static void finite(List<Case> cases) {
        Fill infinite = infiniteAt(66);
        Fill undefined = new Fill("NaN at the start", (i, step, random) -> i == 0 ? Double.NaN : i);
        Fill largest = Fill.number(Float.MAX_VALUE);
        Argument[][] lists = {
            {Shapes.floats(), Shapes.floats(70_001)},
            {Shapes.floats(infiniteAt(32_767), 70_001), Shapes.floats()},
            {Shapes.floats(infiniteAt(32_768), 70_001), Shapes.floats()},
            {Shapes.floats(infiniteAt(70_000), 70_001), Shapes.floats()},
            {Shapes.floats()},
            {Shapes.floats(0)},
            {Shapes.floats(largest, 67)},
            {Shapes.floats(infinite, 67)},
            {Shapes.floats(undefined, 3, 5)},
            {Shapes.floats(33), Shapes.floats(), Shapes.floats(7, 131)},
            {Shapes.floats(33), Shapes.floats(undefined), Shapes.floats(7, 131)},
            {Shapes.floats(33), Shapes.floats(), Shapes.floats(infinite, 67)},
            {Shapes.floats(undefined, 33), Shapes.floats(0), Shapes.floats(infinite, 67, 20)}
        };
        for (Argument[] list : lists) {
            both(cases, GROUP, AllFinite.INSTANCE, Attributes.none(), Tolerance.EXACT, list);
        }
    }

    private static Fill infiniteAt(int index) {
        return new Fill("infinite at " + index, (i, step, random) -> i == index ? Double.NEGATIVE_INFINITY : i);
    }
}
