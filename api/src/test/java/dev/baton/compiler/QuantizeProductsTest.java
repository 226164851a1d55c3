package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.Int8Scale;
import dev.baton.graph.Graph;
import dev.baton.graph.Value;
import dev.baton.model.Gpt;
import dev.baton.model.ResNet;
import dev.baton.nn.Conv2d;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Residual;
import dev.baton.nn.Sequential;
import dev.baton.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which products of a graph become products of bytes, and what is left between them. */
class QuantizeProductsTest {

    private static Quantizable found(Layer model, DType dtype, long... example) {
        return new Quantizable(
                Preparation.of(ForwardGraph.of(model, dtype, Shape.of(example))).rest());
    }

    /** The operations of the graph without what is only looked at, movements aside. */
    private static List<String> quantized(Quantizable found) {
        var scales = new HashMap<Value, Int8Scale>();
        found.kept().forEach(value -> scales.put(value, new Int8Scale(0.1, 3)));
        var variables = new HashMap<String, NDArray>();
        found.variables().forEach(name -> {
            Value variable = found.graph().variables().get(name);
            variables.put(name, NDArray.zeros(variable.dtype(), variable.shape()));
        });
        Graph graph = QuantizeProducts.run(found, scales, variables);
        assertThat(graph.outputs().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(Stream.of(ForwardGraph.ANSWERS), found.ends().keySet().stream())
                                .toList());
        Graph answering =
                graph.part(Map.of(ForwardGraph.ANSWERS, graph.outputs().get(ForwardGraph.ANSWERS)));
        return answering.nodes().stream()
                .map(node -> node.operation().label())
                .filter(label -> !List.of("input", "variable", "transpose", "reshape", "broadcast", "constant")
                        .contains(label))
                .toList();
    }

    @Test
    void convolutionsHandEachOtherBytes() {
        var model = Sequential.of(
                new Conv2d(3, 8, 3),
                new ReLU(),
                new Conv2d(8, 8, 3),
                new ReLU(),
                new MaxPool2d(2),
                new Conv2d(8, 4, 1));
        assertThat(quantized(found(model, DType.FLOAT32, 3, 12, 12)))
                .containsExactly(
                        "to int8", "int8 convolution", "int8 convolution", "max pool", "to int8", "int8 convolution");
    }

    @Test
    void whatBytesCannotDoStaysAsItIs() {
        var model = Sequential.of(
                new Conv2d(4, 4, 3).groups(2), new Conv2d(4, 4, 3).dilation(2), new Conv2d(4, 4, 1).dilation(2));
        Quantizable found = found(model, DType.FLOAT32, 4, 12, 12);
        assertThat(found.size()).isZero();
        assertThat(quantized(found)).containsExactly("convolution", "convolution", "convolution");
    }

    @Test
    void shortcutsAreAddedInTheConvolutions() {
        List<String> operations = quantized(found(ResNet.cifar20(10), DType.FLOAT32, 3, 32, 32));
        // 19 convolutions in the blocks and before them, two shortcuts that are some, and the last layer.
        assertThat(operations.stream().filter("int8 convolution"::equals)).hasSize(21);
        assertThat(operations).doesNotContain("add", "relu", "convolution");
        assertThat(operations.stream().filter("to int8"::equals)).hasSize(2);
    }

    /** Names of layers are the user's, and may be those of outputs. */
    @Test
    void aLayerMayBeNamedAsTheAnswersAre() {
        var model = new Layer() {
            private final Layer answers = child(ForwardGraph.ANSWERS, new Linear(5, 7));
            private final Layer last = child("last", new Linear(7, 3));

            @Override
            public Tensor forward(Tensor x) {
                return Layer.trace(last, Layer.trace(answers, x));
            }
        };
        Quantizable found = found(model, DType.FLOAT32, 5);
        assertThat(found.ends().keySet()).doesNotContain(ForwardGraph.ANSWERS).hasSize(2);
        assertThat(quantized(found)).containsExactly("to int8", "int8 linear", "int8 linear");
    }

    /** Along the width of a picture, whose lines lie in another order as bytes than as numbers. */
    @Test
    void aLinearLayerHandsAConvolutionItsPictures() {
        var model = Sequential.of(new Linear(6, 6), new Conv2d(2, 3, 3));
        assertThat(quantized(found(model, DType.FLOAT32, 2, 4, 6)))
                .containsExactly("to int8", "int8 linear", "int8 convolution");
    }

    @Test
    void aLayerHasItsBiasAndItsActivationInside() {
        var model = Sequential.of(new Linear(5, 7), new ReLU(), new Linear(7, 3));
        assertThat(quantized(found(model, DType.FLOAT32, 5))).containsExactly("to int8", "int8 linear", "int8 linear");
        Gpt gpt = Gpt.of(11).context(6).layers(1).heads(1).width(8).build();
        List<String> operations = quantized(found(gpt, DType.INT32, 6));
        assertThat(operations.stream().filter("int8 linear"::equals)).hasSize(5);
        // The table of tokens is read as numbers, and as the head's weight; between the layers of the MLP there are
        // bytes.
        assertThat(operations).contains("gather").doesNotContain("matmul", "gelu");
        assertThat(operations.stream().filter("to int8"::equals)).hasSize(4);
        // That of the positions; both shortcuts are added in the products.
        assertThat(operations.stream().filter("add"::equals)).hasSize(1);
    }

    /** So that no number on the way past the layers is rounded. */
    @Test
    void whatALinearLayerAddsToStaysNumbers() {
        var model = Sequential.of(new Residual(new Linear(5, 5)), new Residual(new Linear(5, 5)), new Linear(5, 3));
        assertThat(quantized(found(model, DType.FLOAT32, 5)))
                .containsExactly("to int8", "int8 linear", "to int8", "int8 linear", "to int8", "int8 linear");
    }
}
