package dev.baton.composite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.reference.Interpreter;
import dev.baton.reference.Interpreter.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gradients of what works on pictures against central differences in double, and the gradients of these: a loss made of
 * the first gradients is differentiated once more.
 */
class PictureGradientsTest {

    private static final double STEP = 1e-5;

    record Case(String name, List<Shape> shapes, BiFunction<Emitter, List<Value>, List<Value>> body) {
        @Override
        public String toString() {
            return name + " " + shapes;
        }
    }

    private static Window window(
            long kernelRows, long kernelColumns, long[] stride, long[] before, long[] after, long[] dilation) {
        return new Window(new long[] {kernelRows, kernelColumns}, stride, before, after, dilation);
    }

    private static long[] both(long number) {
        return new long[] {number, number};
    }

    static Stream<Case> cases() {
        var plain = window(3, 3, both(1), both(1), both(1), both(1));
        var uneven = window(3, 2, new long[] {2, 1}, new long[] {1, 0}, new long[] {0, 2}, new long[] {1, 2});
        return Stream.of(
                convolution("convolution", plain, 1, Shape.of(2, 3, 4, 5), Shape.of(2, 3, 3, 3), true),
                convolution("convolution", uneven, 1, Shape.of(2, 2, 6, 5), Shape.of(3, 2, 3, 2), true),
                convolution("convolution in groups", uneven, 2, Shape.of(2, 4, 5, 4), Shape.of(6, 2, 3, 2), false),
                convolution("depthwise convolution", plain, 3, Shape.of(1, 3, 4, 4), Shape.of(3, 1, 3, 3), true),
                pool("max pool", MaxPool.FORWARD, plain.attributes()),
                pool("max pool", MaxPool.FORWARD, uneven.attributes()),
                pool("average pool", AveragePool.FORWARD, uneven.attributes().with(AveragePool.COUNT_PADDING, true)),
                pool("average pool", AveragePool.FORWARD, uneven.attributes().with(AveragePool.COUNT_PADDING, false)),
                norm("batch norm", Shape.of(4, 3)),
                norm("batch norm", Shape.of(2, 3, 2, 3)),
                new Case(
                        "batch norm with its statistics",
                        List.of(Shape.of(3, 2, 3), Shape.of(2), Shape.of(2)),
                        (emit, x) -> {
                            var node = emit.builder().add(BatchNorm.FORWARD, x, epsilon());
                            return List.of(node.output(0), node.output(1), node.output(2));
                        }),
                new Case(
                        "batch norm inference",
                        List.of(Shape.of(3, 2, 3), Shape.of(2), Shape.of(2), Shape.of(2), Shape.of(2)),
                        (emit, x) -> {
                            // A variance is positive.
                            Value variance = emit.add(emit.mul(x.get(4), x.get(4)), emit.fullLike(x.get(4), 0.5));
                            Value[] inputs = {x.get(0), x.get(1), x.get(2), x.get(3), variance};
                            return List.of(emit.apply(BatchNorm.INFERENCE, epsilon(), inputs));
                        }));
    }

    private static Attributes epsilon() {
        return Attributes.of(BatchNorm.EPSILON, 1e-2);
    }

    private static Case convolution(String name, Window window, long groups, Shape x, Shape weight, boolean bias) {
        var shapes = new ArrayList<>(List.of(x, weight));
        if (bias) {
            shapes.add(Shape.of(weight.size(0)));
        }
        Attributes attributes = Convolution.attributes(window, groups);
        return new Case(
                name,
                shapes,
                (emit, in) -> List.of(emit.apply(Convolution.FORWARD, attributes, in.toArray(Value[]::new))));
    }

    private static Case pool(String name, dev.baton.graph.Composite pool, Attributes attributes) {
        return new Case(
                name + " " + attributes,
                List.of(Shape.of(2, 2, 6, 5)),
                (emit, in) -> List.of(emit.apply(pool, attributes, in.get(0))));
    }

    private static Case norm(String name, Shape x) {
        Shape channels = Shape.of(x.size(1));
        return new Case(
                name,
                List.of(x, channels, channels),
                (emit, in) -> List.of(emit.apply(BatchNorm.FORWARD, epsilon(), in.toArray(Value[]::new))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFiniteDifferences(Case tried) {
        check(tried, false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFiniteDifferencesOnceMore(Case tried) {
        check(tried, true);
    }

    private static void check(Case tried, boolean twice) {
        var builder = new GraphBuilder();
        var emit = new Emitter(builder);
        var inputs = new ArrayList<Value>();
        for (Shape shape : tried.shapes()) {
            inputs.add(builder.input("x" + inputs.size(), new TensorType(DType.FLOAT32, shape)));
        }
        Value loss = weighted(emit, tried.body().apply(emit, inputs), "outer");
        if (twice) {
            // The weights of the first loss are differentiated by too: the way through the upstream gradient.
            inputs.addAll(builder.build().inputs().values().stream()
                    .filter(value -> !inputs.contains(value))
                    .toList());
            loss = weighted(emit, Gradients.of(emit, loss, inputs), "inner");
        }
        List<Value> gradients = Gradients.of(emit, loss, inputs);
        builder.output("loss", loss);
        for (int i = 0; i < gradients.size(); i++) {
            builder.output("gradient " + i, gradients.get(i));
        }
        compare(builder.build(), inputs);
    }

    /** A weighted sum of all elements. */
    private static Value weighted(Emitter emit, List<Value> values, String name) {
        Value sum = null;
        for (int i = 0; i < values.size(); i++) {
            Value weights = emit.builder().input(name + i, values.get(i).type());
            Value part = emit.sumAll(emit.mul(values.get(i), weights));
            sum = sum == null ? part : emit.add(sum, part);
        }
        return sum;
    }

    private static void compare(Graph graph, List<Value> inputs) {
        var interpreter = new Interpreter(graph, Precision.DOUBLE);
        var random = new Random(7);
        var values = new HashMap<String, double[]>();
        graph.inputs()
                .forEach((name, value) -> values.put(
                        name, random.doubles(value.shape().size(), -1, 1).toArray()));
        Map<String, double[]> outputs = interpreter.run(values, Map.of()).outputs();
        for (int i = 0; i < inputs.size(); i++) {
            double[] x = values.get(inputs.get(i).node().attributes().text("name"));
            for (int j = 0; j < x.length; j++) {
                double before = x[j];
                x[j] = before + STEP;
                double up = interpreter.run(values, Map.of()).outputs().get("loss")[0];
                x[j] = before - STEP;
                double down = interpreter.run(values, Map.of()).outputs().get("loss")[0];
                x[j] = before;
                double numeric = (up - down) / (2 * STEP);
                assertThat(outputs.get("gradient " + i)[j])
                        .as("input %d, element %d", i, j)
                        .isCloseTo(numeric, within(1e-6 * (1 + Math.abs(numeric))));
            }
        }
    }
}
