package dev.baton.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Tensor;
import dev.baton.train.GradientCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients where a function has a corner or an edge, where differences say nothing, and gradients of gradients. */
class GradientConventionsTest {

    /** Numbers such as 2 / sqrt(pi) stand in the graph as float32, also where it is computed in double. */
    private static final double CONSTANTS = 1e-7;

    /** The gradients of the sum of a body's elements by all of its vectors. */
    private static List<double[]> slopes(Function<List<Tensor>, Tensor> body, double[]... vectors) {
        var builder = new GraphBuilder();
        var in = new ArrayList<Tensor>();
        Map<String, double[]> values = new LinkedHashMap<>();
        for (double[] vector : vectors) {
            String name = "x" + in.size();
            in.add(Tensor.of(builder, builder.input(name, new TensorType(DType.FLOAT32, Shape.of(vector.length)))));
            values.put(name, vector);
        }
        Tensor loss = body.apply(in).sum();
        List<Value> gradients = Gradients.of(
                new Emitter(builder),
                loss.value(),
                in.stream().map(Tensor::value).toList());
        for (int i = 0; i < gradients.size(); i++) {
            builder.output("gradient " + i, gradients.get(i));
        }
        var outputs = new Interpreter(builder.build(), Interpreter.Precision.DOUBLE)
                .run(values, Map.of())
                .outputs();
        return List.copyOf(outputs.values());
    }

    private static double[] slope(Function<Tensor, Tensor> body, double... vector) {
        return slopes(in -> body.apply(in.get(0)), vector).get(0);
    }

    @Test
    void equalOperandsOfAnExtremumShare() {
        double[] a = {1, 2, 3};
        double[] b = {1, 3, 2};
        assertThat(slopes(in -> in.get(0).maximum(in.get(1)), a, b))
                .containsExactly(new double[] {0.5, 0, 1}, new double[] {0.5, 1, 0});
        assertThat(slopes(in -> in.get(0).minimum(in.get(1)), a, b))
                .containsExactly(new double[] {0.5, 1, 0}, new double[] {0.5, 0, 1});
    }

    @Test
    void equalLargestElementsShare() {
        assertThat(slope(x -> x.max(0), 1, 4, 4, 2)).containsExactly(0, 0.5, 0.5, 0);
    }

    @Test
    void cornersAreFlat() {
        assertThat(slope(Tensor::abs, -2, 0, 2)).containsExactly(-1, 0, 1);
        assertThat(slope(Tensor::relu, -2, 0, 2)).containsExactly(0, 0, 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Primitive.class,
            names = {"FLOOR", "SIGN"})
    void stepsAreFlat(Primitive step) {
        assertThat(slope(x -> x.apply(step, Attributes.none()).multiply(x), 1.5, -2.5))
                .containsExactly(step == Primitive.FLOOR ? new double[] {1, -3} : new double[] {1, -1});
    }

    /** Powers of negative numbers have no slope by the exponent, and 0 has none where the logarithm is infinite. */
    @Test
    void powersAtTheEdge() {
        double[] base = {-2, -2, 0, 0, 3};
        double[] exponent = {3, 2, 2, 1, 0};
        double[] byBase = slopes(in -> in.get(0).pow(in.get(1)), base, exponent).get(0);
        assertThat(byBase).containsExactly(12, -4, 0, 1, 0);
        double[] byExponent =
                slopes(in -> in.get(0).pow(in.get(1)), base, exponent).get(1);
        assertThat(Arrays.copyOfRange(byExponent, 2, 5)).containsExactly(0, 0, StrictMath.log(3));
    }

    @Test
    void whatIsNotChosenIsFlatThoughItsSlopeIsInfinite() {
        assertThat(slope(x -> x.lessThan(x.fullLike(1)).select(x, x.fullLike(2)), 0, 5))
                .containsExactly(1, 0);
    }

    @Test
    void conversionsToWholeNumbersAreFlat() {
        assertThat(slope(x -> x.cast(DType.INT32).cast(DType.FLOAT32).multiply(x), 1.5, -2.5))
                .containsExactly(1, -2);
    }

    /** The second derivatives of sums of elementwise functions, known in closed form. */
    @Test
    void gradientsOfGradients() {
        double[] at = {-1.2, 0.4, 0.9};
        second(Tensor::tanh, x -> -2 * Math.tanh(x) * (1 - Math.tanh(x) * Math.tanh(x)), at);
        second(Tensor::exp, Math::exp, at);
        second(x -> x.square().multiply(x), x -> 6 * x, at);
        second(x -> x.square().add(1).log(), x -> (2 - 2 * x * x) / ((1 + x * x) * (1 + x * x)), at);
        second(x -> x.square().add(1).sqrt(), x -> Math.pow(1 + x * x, -1.5), at);
        second(
                Tensor::sigmoid,
                x -> {
                    double y = 1 / (1 + Math.exp(-x));
                    return y * (1 - y) * (1 - 2 * y);
                },
                at);
        second(
                Tensor::softplus,
                x -> {
                    double y = 1 / (1 + Math.exp(-x));
                    return y * (1 - y);
                },
                -1.2,
                0,
                0.9);
        second(Tensor::erf, x -> -4 * x / Math.sqrt(Math.PI) * Math.exp(-x * x), at);
    }

    private static void second(Function<Tensor, Tensor> body, Function<Double, Double> expected, double... at) {
        double[] second = slope(
                x -> {
                    var emit = new Emitter(x.graph());
                    Value first = Gradients.of(emit, body.apply(x).sum().value(), List.of(x.value()))
                            .get(0);
                    return Tensor.of(x.graph(), first);
                },
                at);
        for (int i = 0; i < at.length; i++) {
            assertThat(second[i]).isCloseTo(expected.apply(at[i]), within(CONSTANTS));
        }
    }

    /** A loss on both outputs of the cross-entropy, the saved one too, against central differences. */
    @Test
    void crossEntropyBySavedOutput() {
        GradientCheck.of(
                        inputs -> {
                            Tensor logits = inputs.get("logits");
                            var node = logits.graph()
                                    .add(
                                            SoftmaxCrossEntropy.FORWARD,
                                            List.of(
                                                    logits.value(),
                                                    inputs.get("labels").value()),
                                            Attributes.of(SoftmaxCrossEntropy.SMOOTHING, 0.2));
                            var emit = new Emitter(logits.graph());
                            return Tensor.of(logits.graph(), emit.mul(node.output(0), node.output(1)));
                        },
                        Map.of(
                                "logits", NDArray.of(Shape.of(2, 3), 0.3f, -1, 2, 0.5f, 0.1f, -0.4f),
                                "labels", NDArray.of(Shape.of(2), 2, 0)))
                .check();
    }
}
