package dev.baton.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Options of the layers of transformers, what they compute that no other framework was asked for, and their messages. */
class TransformerLayersTest {

    private static Shape answers(Layer layer, DType dtype, long... example) {
        var builder = new GraphBuilder();
        var type = new TensorType(dtype, Shape.of(example).prepend(Dim.symbol("N")));
        return Layer.trace(layer, Tensor.of(builder, builder.input("x", type))).shape();
    }

    /** A function of x in double; variables are random. */
    private static double[] compute(Function<Tensor, Tensor> function, Shape shape, double... x) {
        var builder = new GraphBuilder();
        Tensor in = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, shape)));
        builder.output("y", function.apply(in).value());
        var graph = builder.build();
        var random = new Random(1);
        Map<String, double[]> variables = new LinkedHashMap<>();
        graph.variables()
                .forEach((name, value) -> variables.put(
                        name, random.doubles(value.shape().size(), -1, 1).toArray()));
        return new Interpreter(graph, Interpreter.Precision.DOUBLE)
                .run(Map.of("x", x), variables)
                .outputs()
                .get("y");
    }

    private static double[] randoms(int count) {
        return new Random(2).doubles(count, -2, 2).toArray();
    }

    @Test
    void anOptionGivesANewLayer() {
        assertThat(new LayerNorm(8).withoutBias()).hasToString("LayerNorm(8, no bias)");
        assertThat(new LayerNorm(Shape.of(2, 3)).parameters()).hasToString("[weight [2, 3], bias [2, 3]]");
        assertThat(new RMSNorm(8).epsilon(1).parameters()).hasToString("[weight [8]]");
        assertThat(new GELU(GELU.Form.TANH)).hasToString("GELU(tanh)");
        assertThat(new RotaryPositions(100).ofNeighbours()).hasToString("RotaryPositions(100.0, neighbours)");
        assertThat(new Linear(3, 4).withoutBias().parameters()).hasToString("[weight [3, 4]]");
        var attention = new MultiHeadAttention(8, 2).causal();
        assertThat(attention).hasToString("MultiHeadAttention(8, 2 heads, causal)");
        assertThat(attention.parameters())
                .hasToString("[in_proj_weight [8, 24], in_proj_bias [24], out_proj.weight [8, 8], out_proj.bias [8]]");
        assertThat(attention.withoutBias().parameters())
                .hasToString("[in_proj_weight [8, 24], out_proj.weight [8, 8]]");
        assertThat(new TransformerBlock(8, 2).hidden(5).parameters())
                .extracting(Parameter::toString)
                .containsExactly(
                        "self_attn.in_proj_weight [8, 24]",
                        "self_attn.in_proj_bias [24]",
                        "self_attn.out_proj.weight [8, 8]",
                        "self_attn.out_proj.bias [8]",
                        "linear1.weight [8, 5]",
                        "linear1.bias [5]",
                        "linear2.weight [5, 8]",
                        "linear2.bias [8]",
                        "norm1.weight [8]",
                        "norm1.bias [8]",
                        "norm2.weight [8]",
                        "norm2.bias [8]");
    }

    @Test
    void shapesStayAsTheyAre() {
        assertThat(answers(new TransformerBlock(8, 2), DType.FLOAT32, 5, 8)).hasToString("[N, 5, 8]");
        assertThat(answers(new Embedding(9, 4), DType.INT32, 5)).hasToString("[N, 5, 4]");
        assertThat(answers(new Embedding(9, 4), DType.INT32)).hasToString("[N, 4]");
        assertThat(answers(new PositionalEmbedding(9, 4), DType.FLOAT32, 5, 4)).hasToString("[N, 5, 4]");
    }

    /** The approximation is as near as the documentation says. */
    @Test
    void geluByTangentIsNear() {
        double[] x = new double[2001];
        Arrays.setAll(x, i -> (i - 1000) / 100.0);
        double[] difference = compute(in -> in.gelu().subtract(in.geluTanh()), Shape.of(x.length), x);
        double largest = Arrays.stream(difference).map(Math::abs).max().orElseThrow();
        assertThat(largest).isBetween(0.0004, 0.0005);
    }

    /** A pair as a complex number, times e^(i t theta), as the paper has it. */
    @Test
    void rotaryPositionsTurnPairs() {
        double[] x = randoms(2 * 3 * 5 * 4);
        double[] turned = compute(new RotaryPositions(100)::forward, Shape.of(2, 3, 5, 4), x);
        double[] neighbours = compute(new RotaryPositions(100).ofNeighbours()::forward, Shape.of(2, 3, 5, 4), x);
        for (int row = 0; row < 30; row++) {
            for (int pair = 0; pair < 2; pair++) {
                double angle = row % 5 * Math.pow(100, -pair / 2.0);
                check(x, turned, row * 4 + pair, row * 4 + pair + 2, angle);
                check(x, neighbours, row * 4 + 2 * pair, row * 4 + 2 * pair + 1, angle);
            }
        }
    }

    private static void check(double[] x, double[] turned, int first, int second, double angle) {
        double real = x[first] * Math.cos(angle) - x[second] * Math.sin(angle);
        double imaginary = x[first] * Math.sin(angle) + x[second] * Math.cos(angle);
        // The angles' cosines and sines are float32.
        assertThat(turned[first]).isCloseTo(real, within(4e-7));
        assertThat(turned[second]).isCloseTo(imaginary, within(4e-7));
    }

    /** What queries and keys have in common depends on how far they are apart, and not on where. */
    @Test
    void rotaryProductsDependOnTheDistance() {
        double[] same = new double[9 * 6];
        double[] one = randoms(6);
        for (int i = 0; i < same.length; i++) {
            same[i] = one[i % 6];
        }
        double[] turned = compute(new RotaryPositions(50)::forward, Shape.of(1, 1, 9, 6), same);
        for (int distance = 0; distance < 8; distance++) {
            double first = product(turned, 0, distance);
            assertThat(product(turned, 8 - distance, 8)).isCloseTo(first, within(1e-5));
        }
    }

    private static double product(double[] rows, int a, int b) {
        double sum = 0;
        for (int i = 0; i < 6; i++) {
            sum += rows[a * 6 + i] * rows[b * 6 + i];
        }
        return sum;
    }

    @Test
    void sinusoidalPositionsAreThoseOfThePaper() {
        double[] added = compute(new SinusoidalPositions()::forward, Shape.of(1, 7, 5), new double[35]);
        for (int t = 0; t < 7; t++) {
            for (int i = 0; i < 5; i++) {
                double angle = t / Math.pow(10_000, 2 * (i / 2) / 5.0);
                assertThat(added[t * 5 + i]).isCloseTo(i % 2 == 0 ? Math.sin(angle) : Math.cos(angle), within(1e-7));
            }
        }
    }

    /** Positions that one may not look at change nothing, and nothing to look at gives 0. */
    @Test
    void masksHide() {
        var layer = new MultiHeadAttention(4, 2).causal().rotary(new RotaryPositions());
        double[] x = randoms(1 * 5 * 4);
        double[] changed = x.clone();
        Arrays.fill(changed, 12, 20, 9);
        double[] one = compute(layer::forward, Shape.of(1, 5, 4), x);
        double[] other = compute(layer::forward, Shape.of(1, 5, 4), changed);
        assertThat(Arrays.copyOf(one, 12)).containsExactly(Arrays.copyOf(other, 12), within(1e-12));
        double[] hidden = compute(
                in -> Attention.full().mask(in.lessThan(in.fullLike(-100))).of(in, in, in),
                Shape.of(1, 1, 3, 3),
                randoms(9));
        assertThat(hidden).containsOnly(0);
    }

    private static void refused(Layer layer, DType dtype, String message, long... example) {
        assertThatThrownBy(() -> answers(layer, dtype, example))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("\n  at  TransformerLayersTest.java:");
    }

    private static void impossible(Supplier<Layer> layer, String message) {
        assertThatThrownBy(layer::get).isInstanceOf(BatonException.class).hasMessage(message);
    }

    @Test
    void whatDoesNotFitIsExplained() {
        refused(new LayerNorm(5), DType.FLOAT32, "layer norm: takes [..., 5], not [N, 4]", 4);
        refused(new LayerNorm(Shape.of(2, 5)), DType.FLOAT32, "layer norm: takes [..., 2, 5], not [N, 5]", 5);
        refused(new RMSNorm(5), DType.FLOAT32, "rms norm: takes [..., 5], not [N, 3, 4]", 3, 4);
        refused(new Softmax(2), DType.FLOAT32, "softmax: there is no axis 2 in shape [N, 4]", 4);
        refused(new Embedding(9, 4), DType.FLOAT32, "embedding: takes int32 tokens, not float32[N, 5]", 5);
        refused(
                new PositionalEmbedding(9, 4),
                DType.FLOAT32,
                "positional embedding: takes [N, T, 4] with T up to 9, not [N, 10, 4]",
                10,
                4);
        refused(new SinusoidalPositions(), DType.FLOAT32, "sinusoidal positions: takes [N, T, width], not [N]");
        refused(
                new RotaryPositions(),
                DType.FLOAT32,
                "rotary embedding: turns pairs of the last dimension at positions whose number is known, not [N, 2, 3, 5]",
                2,
                3,
                5);
        refused(
                new MultiHeadAttention(8, 2),
                DType.FLOAT32,
                "multi-head attention: takes a sequence [N, T, 8], not [N, 5, 6]",
                5,
                6);
    }

    @Test
    void attentionExplainsWhatItTakes() {
        var builder = new GraphBuilder();
        Function<long[], Tensor> input = sizes -> Tensor.of(
                builder, builder.input(Arrays.toString(sizes), new TensorType(DType.FLOAT32, Shape.of(sizes))));
        Tensor q = input.apply(new long[] {2, 3, 5, 4});
        Tensor k = input.apply(new long[] {2, 3, 7, 4});
        Tensor other = input.apply(new long[] {2, 3, 7, 6});
        assertThatThrownBy(() -> Attention.full().of(q, other, k))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("attention: takes queries [N, T, heads, W], keys [N, S, heads, W] and values "
                        + "[N, S, heads, V], not float32[2, 5, 3, 4], float32[2, 7, 3, 6] and float32[2, 7, 3, 4]");
        assertThatThrownBy(() -> Attention.full().of(q, k, input.apply(new long[] {7, 4})))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("attention: takes queries, keys and values [N, heads, positions, width], not "
                        + "[2, 3, 5, 4], [2, 3, 7, 4] and [7, 4]");
        assertThatThrownBy(() -> Attention.full().mask(q).of(q, k, k))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith(
                        "attention: a mask is bool [2, 3, 5, 7], or 1 in the place of the first sizes, not float32[2, 3, 5, 4]");
        assertThatThrownBy(() -> Attention.full().lengths(q).of(q, k, k))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("attention: the lengths are int32 [2], not float32[2, 3, 5, 4]");
        assertThatThrownBy(() -> Attention.full().ofPacked(q))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith(
                        "packed attention: takes queries, keys and values [N, T, 3, heads, W], not float32[2, 3, 5, 4]");
    }

    @Test
    void impossibleOptionsAreRefusedAtOnce() {
        impossible(
                () -> new LayerNorm(Shape.of()),
                "LayerNorm normalises over at least one dimension of a fixed size, not over []");
        impossible(
                () -> new RMSNorm(0), "RMSNorm normalises over at least one dimension of a fixed size, not over [0]");
        impossible(() -> new LayerNorm(3).epsilon(-1), "the epsilon of LayerNorm is at least 0, not -1.0");
        impossible(() -> new Embedding(0, 4), "Embedding needs at least one row of at least one number, not 0 of 4");
        impossible(
                () -> new PositionalEmbedding(4, 0),
                "PositionalEmbedding needs at least one position of at least one number, not 4 of 0");
        impossible(() -> new RotaryPositions(1), "the base of rotary positions is a number above 1, not 1.0");
        impossible(
                () -> new MultiHeadAttention(8, 3),
                "MultiHeadAttention of 3 heads needs a width that they can share, not 8");
    }
}
