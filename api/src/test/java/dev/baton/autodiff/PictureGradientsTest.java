package dev.baton.autodiff;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.AveragePool;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.Convolution;
import dev.baton.composite.MaxPool;
import dev.baton.composite.Window;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import dev.baton.train.GradientCheck;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gradients of what works on pictures against central differences in double, and the gradients of these: a loss made of
 * the first gradients is differentiated once more.
 */
class PictureGradientsTest {

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
        var arrays = new LinkedHashMap<String, NDArray>();
        for (Shape shape : tried.shapes()) {
            arrays.put("x" + arrays.size(), CompositeGradientsTest.numbers(arrays.size(), shape.toArray()));
        }
        GradientCheck.of(
                        inputs -> {
                            List<Tensor> x =
                                    arrays.keySet().stream().map(inputs::get).toList();
                            GraphBuilder graph = x.get(0).graph();
                            List<Value> results = tried.body()
                                    .apply(
                                            new Emitter(graph),
                                            x.stream().map(Tensor::value).toList());
                            Tensor loss = WeightedSum.of(results.stream()
                                    .map(result -> Tensor.of(graph, result))
                                    .toList());
                            return twice ? WeightedSum.ofGradients(loss, x) : loss;
                        },
                        arrays)
                .check();
    }
}
