package dev.baton.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.benchmarks.Networks;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.loss.Losses;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The formulas beside Baton's own count of operations. That one has each multiply-add as two, and elementwise operations
 * beside them, which are few in these networks.
 */
class WorkTest {

    private static final Shape PICTURE = Shape.of(3, 32, 32);
    private static final Shape TOKENS = Shape.of(Networks.CONTEXT);

    /** How much elementwise operations add at most. */
    private static final double FEW = 1.15;

    private static Stream<Arguments> networks() {
        return Stream.of(
                Arguments.of("MLP", Work.MLP, Networks.mlp(), DType.FLOAT32, Shape.of(784)),
                Arguments.of("CNN", Work.CNN, Networks.cnn(), DType.FLOAT32, PICTURE),
                Arguments.of("ResNet-20", Work.RESNET20, Networks.resNet20(), DType.FLOAT32, PICTURE),
                Arguments.of("GPT", Work.GPT, Networks.gpt(), DType.INT32, TOKENS),
                Arguments.of(
                        "GPT of width 384",
                        Work.GPT_384,
                        Networks.gptOfWidth384(),
                        DType.INT32,
                        Shape.of(Networks.LONGER_CONTEXT)),
                Arguments.of("GPT-2", Work.GPT2, Networks.gpt2(), DType.INT32, Shape.of(Networks.GPT2_CONTEXT)),
                Arguments.of("LSTM", Work.LSTM, Networks.lstm(), DType.INT32, TOKENS));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void parameters(String name, Work.Network network, Layer model, DType dtype, Shape example) {
        assertThat(network.parameters())
                .isEqualTo(model.parameters().stream()
                        .map(Parameter::shape)
                        .mapToLong(Shape::size)
                        .sum());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void multiplyAddsOfAnAnswer(String name, Work.Network network, Layer model, DType dtype, Shape example) {
        Graph graph = ForwardGraph.of(model, dtype, example).bind(Map.of("N", 1L));
        double least = 2 * network.inference(1).multiplyAdds();
        assertThat((double) graph.operations()).isBetween(least, FEW * least);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void multiplyAddsOfAStep(String name, Work.Network network, Layer model, DType dtype, Shape example) {
        int batch = 4;
        double least = 2 * network.training(batch, 0, 1).multiplyAdds();
        assertThat((double) lossAndGradients(batch, model, dtype, example).operations())
                .isBetween(least, FEW * least);
    }

    private static Graph lossAndGradients(int batch, Layer model, DType dtype, Shape example) {
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        Tensor inputs = input(graph, "inputs", dtype, Shape.of(batch), example);
        Tensor answers = Layer.trace(model, inputs);
        boolean isSequence = answers.shape().rank() == 3;
        Tensor labels = input(graph, "labels", DType.INT32, Shape.of(batch), isSequence ? example : Shape.scalar());
        Tensor loss = Losses.crossEntropy().of(answers, labels);
        List<Value> gradients = Gradients.of(
                new Emitter(graph), loss.value(), List.copyOf(graph.variables().keySet()));
        for (int i = 0; i < gradients.size(); i++) {
            graph.output("gradient " + i, gradients.get(i));
        }
        // Bound to no sizes, it loses what nothing needs.
        return graph.build().bind(Map.of());
    }

    private static Tensor input(GraphBuilder graph, String name, DType dtype, Shape batch, Shape example) {
        return Tensor.of(graph, graph.input(name, new TensorType(dtype, example.prepend(batch.dim(0)))));
    }

    @Test
    void whatAStepReadsAndWrites() {
        // 10 weights with 2 moments, each read and written; 3 examples of 5 numbers read.
        assertThat(new Work.Network(100, 20, 10, 5, 1).training(3, 2, 7)).isEqualTo(new Work(3 * 280, 4 * 75, 21));
        assertThat(new Work.Network(100, 20, 10, 5, 1).inference(3)).isEqualTo(new Work(300, 4 * 28, 3));
    }

    @Test
    void aProductCountsTwoOperationsForAMultiplyAdd() {
        assertThat(Work.product(1000)).isEqualTo(new Work(1e9, 12_000_000, 2));
    }

    @Test
    void aTokenIsGeneratedFromAtMostSixtyFour() {
        // The last layer's queries, what follows its attention and the head, for 63 tokens less; and their attention.
        double longest = Work.GPT.forward() - 63 * 128 * (10 * 128 + 65) - 2 * 128 * 64 * 63 / 2;
        // Of 256 passes, 193 are over 64 tokens, the others over half as many in the mean.
        assertThat(Work.generation().multiplyAdds())
                .isBetween(longest * (193 + 63 * 0.4) / 256, longest * (193 + 63 * 0.6) / 256);
    }
}
