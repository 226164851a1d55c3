package dev.baton.autodiff;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.LayerNormalization;
import dev.baton.composite.RmsNormalization;
import dev.baton.graph.Attributes;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.model.Gpt;
import dev.baton.nn.Embedding;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerNorm;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.PositionalEmbedding;
import dev.baton.nn.RMSNorm;
import dev.baton.nn.RotaryPositions;
import dev.baton.nn.SiLU;
import dev.baton.nn.SinusoidalPositions;
import dev.baton.nn.Softmax;
import dev.baton.nn.TransformerBlock;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import dev.baton.train.GradientCheck;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What transformers are made of against central differences in double, first derivatives and second ones. */
class TransformerGradientsTest {

    record Tried(Layer layer, NDArray input) {
        @Override
        public String toString() {
            return layer + " of " + input.dtype() + input.shape();
        }
    }

    private static NDArray floats(long... sizes) {
        return CompositeGradientsTest.numbers(3, sizes);
    }

    static Stream<Tried> layers() {
        NDArray tokens = NDArray.of(Shape.of(2, 3), 4, 0, 3, 3, 4, 1);
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
        GradientCheck.of(tried.layer(), tried.input()).check();
    }

    @Test
    void attentionAgrees() {
        Map<String, NDArray> arrays = Map.of("q", floats(2, 2, 3, 4), "k", floats(2, 2, 5, 4), "v", floats(2, 2, 5, 3));
        GradientCheck.of(in -> Attention.full().scale(0.4).of(in.get("q"), in.get("k"), in.get("v")), arrays)
                .check();
    }

    @Test
    void maskedAttentionAgrees() {
        // One query looks at nothing in either example.
        NDArray mask = NDArray.zeros(DType.BOOL, Shape.of(1, 2, 3, 4));
        for (int i = 0; i < mask.size(); i++) {
            mask.set(i, i / 4 == 1 || i % 5 == 2 ? 0 : 1);
        }
        Map<String, NDArray> arrays = Map.of(
                "q", floats(2, 2, 3, 2),
                "k", floats(2, 2, 4, 2),
                "v", floats(2, 2, 4, 2),
                "mask", mask,
                "lengths", NDArray.of(Shape.of(2), 4, 2));
        GradientCheck.of(
                        in -> Attention.causal()
                                .mask(in.get("mask"))
                                .lengths(in.get("lengths"))
                                .of(in.get("q"), in.get("k"), in.get("v")),
                        arrays)
                .check();
    }

    @Test
    void crossAttentionAgrees() {
        var layer = new MultiHeadAttention(4, 2);
        Map<String, NDArray> arrays = Map.of("q", floats(1, 2, 4), "k", floats(1, 3, 4), "v", floats(1, 3, 4));
        GradientCheck.of(in -> layer.forward(in.get("q"), in.get("k"), in.get("v"), Attention.full()), arrays)
                .check();
    }

    /** A loss of the gradient itself: the backward composites have gradients too, by what the forward ones saved as well. */
    private static void secondDerivativesAgree(Function<Tensor, Tensor> function, NDArray x) {
        GradientCheck.of(
                        in -> WeightedSum.ofGradients(
                                WeightedSum.of(List.of(function.apply(in.get("x")))), List.of(in.get("x"))),
                        Map.of("x", x))
                .check();
    }

    @Test
    void secondDerivativesOfActivations() {
        secondDerivativesAgree(x -> x.gelu().add(x.geluTanh().multiply(0.5)).add(x.silu()), floats(7));
    }

    @Test
    void secondDerivativesOfSoftmax() {
        secondDerivativesAgree(x -> x.softmax(0).add(x.logSoftmax(1).multiply(0.3)), floats(3, 4));
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
                floats(18));
    }

    @Test
    void secondDerivativesOfNorms() {
        var attributes = Attributes.of(LayerNormalization.DIMENSIONS, 1L).with(LayerNormalization.EPSILON, 0.01);
        secondDerivativesAgree(
                x -> {
                    GraphBuilder builder = x.graph();
                    Node layer = builder.add(LayerNormalization.FORWARD, List.of(x.value()), attributes);
                    Node rms = builder.add(RmsNormalization.FORWARD, List.of(x.value()), attributes);
                    return Tensor.of(builder, layer.output(0))
                            .add(Tensor.of(builder, rms.output(0)).multiply(0.5));
                },
                floats(2, 4));
    }
}
