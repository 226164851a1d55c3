package dev.baton.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.Lstm;
import dev.baton.composite.Recurrence;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.io.Safetensors;
import dev.baton.io.Weights;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What LSTM and GRU are called, what they take and give, and how directions, layers and states fit together. */
class RecurrentTest {

    private static final Shape SEQUENCES = Shape.of(List.of(Dim.symbol("N"), Dim.of(4), Dim.of(3)));

    private GraphBuilder builder;

    /** The first one begins the trace: layers are made before. */
    private Tensor input(String name, Shape shape) {
        builder = builder == null ? new GraphBuilder() : builder;
        return Tensor.of(builder, builder.input(name, new TensorType(DType.FLOAT32, shape)));
    }

    @Test
    void parametersHaveTheNamesAndFileShapesOfPyTorch(@TempDir Path folder) {
        var model = Sequential.of(new LSTM(3, 5, RecurrentLayers.of(2).bidirectional()), new GRU(10, 2));
        try (var session = Session.open("reference", 3)) {
            Weights.save(session, model, folder.resolve("weights"));
            Map<String, NDArray> arrays = Safetensors.read(folder.resolve("weights"));
            assertThat(arrays.keySet())
                    .containsExactlyInAnyOrder(
                            "0.weight_ih_l0",
                            "0.weight_hh_l0",
                            "0.bias_ih_l0",
                            "0.bias_hh_l0",
                            "0.weight_ih_l0_reverse",
                            "0.weight_hh_l0_reverse",
                            "0.bias_ih_l0_reverse",
                            "0.bias_hh_l0_reverse",
                            "0.weight_ih_l1",
                            "0.weight_hh_l1",
                            "0.bias_ih_l1",
                            "0.bias_hh_l1",
                            "0.weight_ih_l1_reverse",
                            "0.weight_hh_l1_reverse",
                            "0.bias_ih_l1_reverse",
                            "0.bias_hh_l1_reverse",
                            "1.weight_ih_l0",
                            "1.weight_hh_l0",
                            "1.bias_ih_l0",
                            "1.bias_hh_l0");
            assertThat(arrays.get("0.weight_ih_l0").shape()).isEqualTo(Shape.of(20, 3));
            assertThat(arrays.get("0.weight_hh_l0").shape()).isEqualTo(Shape.of(20, 5));
            assertThat(arrays.get("0.weight_ih_l1_reverse").shape()).isEqualTo(Shape.of(20, 10));
            assertThat(arrays.get("0.bias_ih_l0").shape()).isEqualTo(Shape.of(20));
            assertThat(arrays.get("1.weight_ih_l0").shape()).isEqualTo(Shape.of(6, 10));
        }
    }

    @Test
    void everythingStartsWithinTheInverseRootOfTheHiddenSize() {
        for (Parameter parameter : new LSTM(300, 64).parameters()) {
            double largest = 0;
            for (double value : parameter.initialValue(1).toDoubleArray()) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertThat(largest).as(parameter.name()).isBetween(0.95 / 8, 1.0 / 8);
        }
    }

    @Test
    void shapesOfOutputsAndStates() {
        var layers = new LSTM(3, 5, RecurrentLayers.of(2).bidirectional());
        var one = new GRU(3, 2);
        one.named("other");
        Tensor x = input("x", SEQUENCES);
        var lstm = layers.run(x);
        assertThat(lstm.outputs().shape().toString()).isEqualTo("[N, 4, 10]");
        assertThat(lstm.state().hidden().shape().toString()).isEqualTo("[4, N, 5]");
        assertThat(lstm.state().cell().shape().toString()).isEqualTo("[4, N, 5]");
        var gru = one.run(x);
        assertThat(gru.outputs().shape().toString()).isEqualTo("[N, 4, 2]");
        assertThat(gru.hidden().shape().toString()).isEqualTo("[1, N, 2]");
        assertThat(new LSTM(3, 5, RecurrentLayers.of(2).bidirectional().dropout(0.25)).describe())
                .isEqualTo("LSTM(3 -> 5, 2 layers, bidirectional, dropout 0.25)");
        assertThat(new GRU(3, 2).describe()).isEqualTo("GRU(3 -> 2)");
    }

    @Test
    void whatDoesNotFitIsSaid() {
        var gru = new GRU(3, 5);
        assertThatThrownBy(() -> new LSTM(3, 5).run(input("flat", Shape.of(2, 3))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("LSTM(3 -> 5) takes sequences [N, T, 3], not [2, 3]")
                .hasMessageContaining("at  RecurrentTest.java:");
        assertThatThrownBy(() -> new GRU(4, 5).run(input("narrow", Shape.of(2, 7, 3))))
                .hasMessageContaining("GRU(4 -> 5) takes sequences [N, T, 4], not [2, 7, 3]");
        assertThatThrownBy(() -> gru.run(input("x", Shape.of(2, 7, 3)), input("state", Shape.of(2, 5))))
                .hasMessageContaining("GRU(3 -> 5) starts from states [1, 2, 5], not [2, 5]");
        assertThatThrownBy(() -> gru.run(input("none", Shape.of(2, 0, 3)))).hasMessageContaining("at least one step");
        assertThatThrownBy(() -> new LSTM(0, 5)).hasMessageContaining("LSTM needs at least one input");
        assertThatThrownBy(() -> RecurrentLayers.of(0)).isInstanceOf(BatonException.class);
        assertThatThrownBy(() -> RecurrentLayers.of(1).dropout(0.1))
                .hasMessageContaining("there is only one: take more layers");
        assertThatThrownBy(() -> new LSTM(3, 5, RecurrentLayers.of(2).dropout(1)))
                .hasMessageContaining("a dropout rate is at least 0 and less than 1");
    }

    @Test
    void operationsAreThoseOfAllSteps() {
        var definition = Lstm.FORWARD.traceDefinition(
                Stream.of(Shape.of(2, 3, 20), Shape.of(2, 5), Shape.of(2, 5), Shape.of(5, 20))
                        .map(shape -> new TensorType(DType.FLOAT32, shape))
                        .toList(),
                Recurrence.direction(true));
        var lstm = new LSTM(3, 5);
        Tensor x = input("x", Shape.of(2, 3, 3));
        builder.output("y", lstm.forward(x).value());
        long counted = builder.build().nodes().stream()
                .filter(node -> node.operation() == Lstm.FORWARD)
                .mapToLong(Node::operations)
                .sum();
        assertThat(counted).isEqualTo(definition.operations()).isGreaterThan(3 * 2 * 2 * 5 * 20);
    }

    /** Two halves of a sequence, the second from where the first ended, are the whole. */
    @Test
    void aSequenceCanBeGoneOnWith() {
        var lstm = new LSTM(3, 5, RecurrentLayers.of(2));
        var gru = new GRU(3, 5, RecurrentLayers.of(2));
        gru.named("other");
        Tensor x = input("x", Shape.of(2, 7, 3));
        Tensor first = x.slice(1, 0, 4);
        Tensor second = x.slice(1, 4, 7);
        var begun = lstm.run(first);
        builder.output("lstm", lstm.run(x).outputs().slice(1, 4, 7).value());
        builder.output(
                "lstm in parts", lstm.run(second, begun.state()).outputs().value());
        builder.output("gru", gru.run(x).hidden().value());
        builder.output(
                "gru in parts",
                gru.run(second, gru.run(first).hidden()).hidden().value());
        Map<String, double[]> outputs = run();
        assertThat(outputs.get("lstm in parts")).containsExactly(outputs.get("lstm"), within(1e-15));
        assertThat(outputs.get("gru in parts")).containsExactly(outputs.get("gru"), within(1e-15));
    }

    /** With equal weights the second half gives for a sequence what the first gives for it mirrored. */
    @Test
    void theSecondHalfReadsFromTheEnd() {
        var layer = new GRU(1, 2, RecurrentLayers.of(1).bidirectional());
        Tensor x = input("x", Shape.of(1, 3, 1));
        var result = layer.run(x);
        builder.output("outputs", result.outputs().value());
        builder.output("hidden", result.hidden().value());
        Graph graph = builder.build();
        var interpreter = new Interpreter(graph, Interpreter.Precision.DOUBLE);
        var variables = new HashMap<String, double[]>();
        graph.variables()
                .forEach((name, value) -> variables.put(
                        name,
                        new Random(name.replace("_reverse", "").hashCode())
                                .doubles(value.shape().size(), -1, 1)
                                .toArray()));
        Map<String, double[]> outputs = interpreter
                .run(Map.of("x", new double[] {0.5, -1, 2}), variables)
                .outputs();
        Map<String, double[]> mirrored = interpreter
                .run(Map.of("x", new double[] {2, -1, 0.5}), variables)
                .outputs();
        for (int step = 0; step < 3; step++) {
            for (int unit = 0; unit < 2; unit++) {
                assertThat(outputs.get("outputs")[step * 4 + 2 + unit])
                        .isEqualTo(mirrored.get("outputs")[(2 - step) * 4 + unit]);
            }
        }
        double[] all = outputs.get("outputs");
        assertThat(outputs.get("hidden")).containsExactly(all[8], all[9], all[2], all[3]);
    }

    private Map<String, double[]> run() {
        Graph graph = builder.build();
        var inputs = new HashMap<String, double[]>();
        graph.inputs()
                .forEach((name, value) -> inputs.put(
                        name, new Random(1).doubles(value.shape().size(), -2, 2).toArray()));
        var variables = new HashMap<String, double[]>();
        graph.variables()
                .forEach((name, value) -> variables.put(
                        name,
                        new Random(name.hashCode())
                                .doubles(value.shape().size(), -1, 1)
                                .toArray()));
        return new Interpreter(graph, Interpreter.Precision.DOUBLE)
                .run(inputs, variables)
                .outputs();
    }
}
