package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.composite.AllFinite;
import dev.baton.composite.ClassLabels;
import dev.baton.composite.Norms;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

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
        norms(cases);
        labels(cases);
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
        for (boolean expanded : new boolean[] {false, true}) {
            cases.add(crossEntropyBackward(expanded, attributes, tolerance, scores, labels, Shapes.floats(examples)));
        }
    }

    /** The gradient, from the log-sum-exp that the loss has saved: no other one fits its logits. */
    private static Case crossEntropyBackward(
            boolean expanded,
            Attributes attributes,
            Tolerance tolerance,
            Argument scores,
            Argument labels,
            Argument above) {
        Supplier<Graph> graph = () -> {
            var builder = new GraphBuilder();
            Value x = builder.input("logits", scores.type());
            Value y = builder.input("labels", labels.type());
            Value upstream = builder.input("upstream", above.type());
            List<Value> saved = apply(builder, expanded, SoftmaxCrossEntropy.FORWARD, attributes, x, y);
            List<Value> gradient =
                    apply(builder, expanded, SoftmaxCrossEntropy.BACKWARD, attributes, x, y, saved.get(1), upstream);
            builder.output("gradient", gradient.get(0));
            return builder.build();
        };
        var fills = Map.of("logits", scores.fill(), "labels", labels.fill(), "upstream", above.fill());
        String name = SoftmaxCrossEntropy.BACKWARD.label() + (expanded ? ", expanded" : "") + " (" + scores + "; "
                + attributes + ")";
        return new Case(GROUP, name, expanded ? null : SoftmaxCrossEntropy.BACKWARD, graph, fills, 1, tolerance);
    }

    private static List<Value> apply(
            GraphBuilder builder, boolean expanded, Composite composite, Attributes attributes, Value... in) {
        if (expanded) {
            return composite.define(new Emitter(builder), List.of(in), attributes);
        }
        var node = builder.add(composite, List.of(in), attributes);
        return IntStream.range(0, node.outputs().size()).mapToObj(node::output).toList();
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
            {Shapes.floats(undefined, 33), Shapes.floats(0), Shapes.floats(infinite, 67, 20)},
            {Shapes.floats(1, 2, 1, 2, 3, 1, 2, 1), Shapes.floats(5, 1)}
        };
        for (Argument[] list : lists) {
            both(cases, GROUP, AllFinite.INSTANCE, Attributes.none(), Tolerance.EXACT, list);
        }
    }

    private static void norms(List<Case> cases) {
        Argument[][] lists = {
            {Shapes.floats(70_001)},
            {Shapes.floats(33), Shapes.floats(), Shapes.floats(7, 131), Shapes.floats(0, 4)},
            {Shapes.floats(Fill.number(0), 3, 5)},
            {Shapes.floats(0)},
            {Shapes.floats(infiniteAt(5), 67), Shapes.floats()},
            {Shapes.floats(1, 2, 1, 2, 3, 1, 2, 1), Shapes.floats(5, 1)}
        };
        for (Argument[] list : lists) {
            both(cases, GROUP, Norms.INSTANCE, Attributes.none(), Tolerance.ofLargest(1e-6), list);
        }
    }

    private static void labels(List<Case> cases) {
        Fill some = Fill.values("some ignored", 3, -100, 0, 7, -100);
        for (Shape shape : Shapes.FEW) {
            Argument argument = Shapes.argument(DType.INT32, some, shape);
            Attributes classes = ClassLabels.attributes(Dim.of(10));
            both(cases, GROUP, ClassLabels.INSTANCE, classes, Tolerance.EXACT, argument);
            both(
                    cases,
                    GROUP,
                    ClassLabels.INSTANCE,
                    classes.with(ClassLabels.IGNORED, -100L),
                    Tolerance.EXACT,
                    argument);
        }
    }

    private static Fill infiniteAt(int index) {
        return new Fill("infinite at " + index, (i, step, random) -> i == index ? Double.NEGATIVE_INFINITY : i);
    }
}
