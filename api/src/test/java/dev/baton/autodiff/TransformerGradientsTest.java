package dev.baton.autodiff;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.LayerNormalization;
import dev.baton.composite.RmsNormalization;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.model.Gpt;
import dev.baton.nn.Embedding;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerNorm;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.PositionalEmbedding;
import dev.baton.nn.RMSNorm;
import dev.baton.nn.RotaryPositions;
import dev.baton.nn.Sequential;
import dev.baton.nn.SiLU;
import dev.baton.nn.SinusoidalPositions;
import dev.baton.nn.Softmax;
import dev.baton.nn.TransformerBlock;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What transformers are made of against central differences in double, first derivatives and second ones. */
class TransformerGradientsTest {

    private final MultiHeadAttention layer = new MultiHeadAttention(4, 2);
    private final GraphBuilder builder = new GraphBuilder(GraphBuilder.Mode.TRAINING);

    record Tried(Layer layer, TensorType input) {
        @Override
        public String toString() {
            return layer + " of " + input;
        }
    }

    private static TensorType floats(long... sizes) {
        return new TensorType(DType.FLOAT32, Shape.of(sizes));
    }

    static Stream<Tried> layers() {
        var tokens = new TensorType(DType.INT32, Shape.of(2, 3));
        return Stream.of(
                new Tried(new LayerNorm(5), floats(3, 5)),
                new Tried(new LayerNorm(5).withoutBias().epsilon(0.1), floats(2, 2, 5)),
                new Tried(new LayerNorm(Shape.of(3, 2)), floats(2, 3, 2)),
                new Tried(new LayerNorm(Shape.of(2, 3)), floats(2, 3)),
                new Tried(new RMSNorm(5), floats(3, 5)),
                new Tried(new RMSNorm(Shape.of(3, 2)).epsilon(0.1), floats(2, 3, 2)),
                new Tried(new Softmax(-1), floats(3, 4)),
                new Tried(new Softmax(1), floats(2, 3, 2)),
                new Tried(new GELU(GELU.Form.TANH), floats(7)),
                new Tried(new SiLU(), floats(7)),
                new Tried(new Embedding(5, 3), tokens),
                new Tried(new PositionalEmbedding(4, 5), floats(2, 3, 5)),
                new Tried(new SinusoidalPositions(), floats(2, 3, 5)),
                new Tried(new RotaryPositions(), floats(1, 2, 3, 4)),
                new Tried(new RotaryPositions(7).ofNeighbours(), floats(1, 2, 3, 4)),
                new Tried(new MultiHeadAttention(4, 2), floats(2, 3, 4)),
                new Tried(new MultiHeadAttention(4, 2).causal().withoutBias(), floats(2, 3, 4)),
                new Tried(new MultiHeadAttention(4, 1).causal().rotary(new RotaryPositions()), floats(1, 3, 4)),
                new Tried(new TransformerBlock(4, 2).hidden(5).causal().dropout(0.3), floats(2, 3, 4)),
                new Tried(
                        Gpt.of(5)
                                .context(4)
                                .layers(1)
                                .heads(2)
                                .width(4)
                                .dropout(0.2)
                                .build(),
                        tokens),
                new Tried(
                        Gpt.of(5)
                                .context(3)
                                .layers(2)
                                .heads(1)
                                .width(2)
                                .gelu(GELU.Form.TANH)
                                .withoutBias()
                                .untied()
                                .build(),
                        tokens));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void layersAgree(Tried tried) {
        Tensor x = Tensor.of(builder, builder.input("x", tried.input()));
        Tensor loss = loss(Layer.trace(Sequential.of(tried.layer()), x));
        List<Value> by = new ArrayList<>();
        var given = new HashMap<>(Map.of("seed", new double[] {11}, "step", new double[] {1}));
        if (x.dtype().isFloating()) {
            by.add(x.value());
        } else {
            given.put("x", new double[] {4, 0, 3, 3, 4, 1});
        }
        tried.layer().parameters().forEach(parameter -> by.add(parameter.in(x).value()));
        FiniteDifferences.check(builder, loss.value(), by, given);
    }

    /** Different weights for each element, so that no gradient is 0 by symmetry. */
    private static Tensor loss(Tensor y) {
        var emit = new Emitter(y.graph());
        Tensor weights = Tensor.of(y.graph(), emit.iota(y.shape().elements(), DType.FLOAT32))
                .multiply(0.7)
                .add(0.3);
        Tensor waves = y.apply(Primitive.SIN, Attributes.none());
        return waves.reshape(weights.shape())
                .multiply(weights.apply(Primitive.COS, Attributes.none()))
                .sum();
    }

    private Tensor input(String name, long... sizes) {
        return Tensor.of(builder, builder.input(name, floats(sizes)));
    }

    private void check(Tensor y, Map<String, double[]> given, Tensor... by) {
        FiniteDifferences.check(
                builder, loss(y).value(), Stream.of(by).map(Tensor::value).toList(), given);
    }

    @Test
    void attentionAgrees() {
        Tensor q = input("q", 2, 2, 3, 4);
        Tensor k = input("k", 2, 2, 5, 4);
        Tensor v = input("v", 2, 2, 5, 3);
        check(Attention.full().scale(0.4).of(q, k, v), Map.of(), q, k, v);
    }

    @Test
    void maskedAttentionAgrees() {
        Tensor q = input("q", 2, 2, 3, 2);
        Tensor k = input("k", 2, 2, 4, 2);
        Tensor v = input("v", 2, 2, 4, 2);
        Tensor mask = Tensor.of(builder, builder.input("mask", new TensorType(DType.BOOL, Shape.of(1, 2, 3, 4))));
        Tensor lengths = Tensor.of(builder, builder.input("lengths", new TensorType(DType.INT32, Shape.of(2))));
        // One query looks at nothing in either example.
        double[] masked = IntStream.range(0, 24)
                .mapToDouble(i -> i / 4 == 1 || i % 5 == 2 ? 0 : 1)
                .toArray();
        check(
                Attention.causal().mask(mask).lengths(lengths).of(q, k, v),
                Map.of("mask", masked, "lengths", new double[] {4, 2}),
                q,
                k,
                v);
    }

    @Test
    void crossAttentionAgrees() {
        Tensor q = input("q", 1, 2, 4);
        Tensor k = input("k", 1, 3, 4);
        Tensor v = input("v", 1, 3, 4);
        Tensor y = layer.forward(q, k, v, Attention.full());
        var by = new ArrayList<>(List.of(q, k, v));
        layer.parameters().forEach(parameter -> by.add(parameter.in(q)));
        check(y, Map.of(), by.toArray(Tensor[]::new));
    }

    /** A loss of the gradient itself: the backward composites have gradients too, by what the forward ones saved as well. */
    private void secondDerivativesAgree(Function<Tensor, Tensor> function, Tensor x) {
        Tensor first = loss(function.apply(x));
        Value slope = Gradients.of(new Emitter(builder), first.value(), List.of(x.value()))
                .get(0);
        check(Tensor.of(builder, slope), Map.of(), x);
    }

    @Test
    void secondDerivativesOfActivations() {
        secondDerivativesAgree(x -> x.gelu().add(x.geluTanh().multiply(0.5)).add(x.silu()), input("x", 7));
    }

    @Test
    void secondDerivativesOfSoftmax() {
        secondDerivativesAgree(x -> x.softmax(0).add(x.logSoftmax(1).multiply(0.3)), input("x", 3, 4));
    }

    @Test
    void secondDerivativesOfAttention() {
        secondDerivativesAgree(
                x -> Attention.causal()
                        .ofPacked(x.reshape(1, 3, 3, 1, 2))
                        .reshape(1, 1, 3, 2)
                        .add(Attention.full()
                                .of(
                                        x.slice(0, 0, 6).reshape(1, 1, 3, 2),
                                        x.slice(0, 6, 12).reshape(1, 1, 3, 2),
                                        x.slice(0, 12, 18).reshape(1, 1, 3, 2))),
                input("x", 18));
    }

    @Test
    void secondDerivativesOfNorms() {
        var attributes = Attributes.of(LayerNormalization.DIMENSIONS, 1L).with(LayerNormalization.EPSILON, 0.01);
        secondDerivativesAgree(
                x -> {
                    Node layer = builder.add(LayerNormalization.FORWARD, List.of(x.value()), attributes);
                    Node rms = builder.add(RmsNormalization.FORWARD, List.of(x.value()), attributes);
                    return Tensor.of(builder, layer.output(0))
                            .add(Tensor.of(builder, rms.output(0)).multiply(0.5));
                },
                input("x", 2, 4));
    }
}
