package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.AdaptiveAveragePool2d;
import dev.baton.nn.AveragePool2d;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv1d;
import dev.baton.nn.Conv2d;
import dev.baton.nn.ConvTranspose2d;
import dev.baton.nn.ELU;
import dev.baton.nn.GroupNorm;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerVariable;
import dev.baton.nn.LeakyReLU;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.SiLU;
import dev.baton.nn.Softplus;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values, gradients and running statistics of layers for pictures against PyTorch's. */
class PyTorchPicturesTest {

    private static final Map<String, Layer> LAYERS = layers();

    private static Map<String, Layer> layers() {
        var layers = new LinkedHashMap<String, Layer>();
        layers.put("conv2d", new Conv2d(4, 3, 3).padding(1));
        layers.put(
                "conv2d stride",
                new Conv2d(4, 3, 3, 2).stride(2, 1).padding(0, 1).withoutBias());
        layers.put(
                "conv2d dilation",
                new Conv2d(4, 2, 2, 3).stride(1, 2).padding(1, 2).dilation(3, 2));
        layers.put("conv2d groups", new Conv2d(4, 6, 3).stride(2).padding(1).groups(2));
        layers.put("conv2d depthwise", new Conv2d(4, 4, 3).padding(1).groups(4));
        layers.put("conv2d 1x1", new Conv2d(4, 5, 1).stride(2));
        layers.put(
                "conv1d", new Conv1d(4, 4, 3).stride(2).padding(2).dilation(2).groups(2));
        layers.put("conv_transpose2d", new ConvTranspose2d(4, 3, 3));
        layers.put(
                "conv_transpose2d stride",
                new ConvTranspose2d(4, 2, 3).stride(2).padding(1).outputPadding(1));
        layers.put(
                "conv_transpose2d groups",
                new ConvTranspose2d(4, 2, 2, 3)
                        .stride(3, 2)
                        .padding(0, 1)
                        .outputPadding(2, 0)
                        .groups(2)
                        .dilation(1, 2));
        layers.put(
                "conv_transpose2d dilation",
                new ConvTranspose2d(4, 2, 2)
                        .stride(1, 2)
                        .padding(1)
                        .outputPadding(2, 1)
                        .dilation(3, 2));
        layers.put("max_pool2d", new MaxPool2d(3).stride(2).padding(1));
        layers.put("max_pool2d ties", new MaxPool2d(3).stride(2).padding(1));
        layers.put(
                "max_pool2d dilation",
                new MaxPool2d(2, 3).stride(2, 1).padding(0, 1).dilation(2, 1));
        layers.put("avg_pool2d", new AveragePool2d(3, 2).stride(2).padding(1));
        layers.put(
                "avg_pool2d without padding",
                new AveragePool2d(3, 2).stride(2).padding(1).withoutCountingPadding());
        layers.put("adaptive_avg_pool2d", new AdaptiveAveragePool2d(3, 4));
        layers.put("adaptive_avg_pool2d to one", new AdaptiveAveragePool2d(1));
        layers.put("batch_norm of 4 dimensions", new BatchNorm(3));
        layers.put("batch_norm eval of 4 dimensions", new BatchNorm(3));
        layers.put("batch_norm of 2 dimensions", new BatchNorm(3));
        layers.put("batch_norm eval of 2 dimensions", new BatchNorm(3));
        layers.put("batch_norm of 3 dimensions", new BatchNorm(2));
        layers.put("batch_norm eval of 3 dimensions", new BatchNorm(2));
        layers.put("group_norm", new GroupNorm(3, 6));
        layers.put("leaky_relu", new LeakyReLU(0.2));
        layers.put("elu", new ELU());
        layers.put("softplus", new Softplus());
        layers.put("silu", new SiLU());
        return layers;
    }

    static Stream<String> names() {
        return LAYERS.keySet().stream();
    }

    private static Stream<JsonNode> functions() {
        return StreamSupport.stream(PyTorchTensors.pictures().get("functions").spliterator(), false);
    }

    @Test
    void everyFunctionOfTheFileIsTried() {
        assertThat(functions().map(function -> function.get("name").asText()))
                .containsExactlyInAnyOrderElementsOf(LAYERS.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void agreesWithPyTorch(String name) {
        JsonNode function = functions()
                .filter(one -> one.get("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
        Map<String, NDArray> operands = new LinkedHashMap<>();
        function.get("operands")
                .forEach(operand -> operands.put(operand.get("name").asText(), PyTorchTensors.operand(operand)));
        Layer layer = LAYERS.get(name);
        Graph graph = trace(layer, operands.get("x").shape(), name.contains("eval"));
        Map<String, NDArray> inputs = Map.of(
                "x",
                operands.get("x"),
                "above",
                PyTorchTensors.above(graph.inputs().get("above").shape()));

        var given = new LinkedHashMap<String, double[]>();
        operands.forEach((operand, array) -> given.put(operand, array.toDoubleArray()));
        given.put("above", inputs.get("above").toDoubleArray());
        var exact = new Interpreter(graph, Interpreter.Precision.DOUBLE).run(given, given);
        Map<String, double[]> got = run(layer, graph, inputs, operands);
        for (JsonNode tensor : function.get("results")) {
            String result = tensor.get("name").asText();
            String variable = result.replace(" afterwards", "");
            double[] computed = exact.outputs()
                    .getOrDefault(result, exact.assignments().getOrDefault(variable, given.get(variable)));
            PyTorchTensors.compare(tensor, computed, got.get(result));
        }
    }

    /** Forward and backward pass; the gradient that arrives at the output is an input. */
    private static Graph trace(Layer layer, Shape shape, boolean inference) {
        var builder = new GraphBuilder(inference ? GraphBuilder.Mode.INFERENCE : GraphBuilder.Mode.TRAINING);
        var emit = new Emitter(builder);
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, shape)));
        Tensor y = Layer.trace(layer, x);
        Value above = builder.input("above", y.value().type());
        var by = new ArrayList<>(List.of(x.value()));
        var names = new ArrayList<>(List.of("x"));
        layer.parameters().forEach(parameter -> {
            by.add(parameter.in(x).value());
            names.add(parameter.name());
        });
        List<Value> gradients = Gradients.of(emit, emit.sumAll(emit.mul(y.value(), above)), by);
        builder.output("output", y.value());
        for (int i = 0; i < by.size(); i++) {
            builder.output("gradient by " + names.get(i), gradients.get(i));
        }
        return builder.build();
    }

    private static Map<String, double[]> run(
            Layer layer, Graph graph, Map<String, NDArray> inputs, Map<String, NDArray> operands) {
        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"))) {
            session.addVariables(graph);
            layer.variables().forEach(variable -> session.set(variable.name(), operands.get(variable.name())));
            Plan plan = session.compile(graph, Map.of());
            plan.run(graph.inputs().keySet().stream().map(inputs::get).toArray(NDArray[]::new));
            var got = new LinkedHashMap<String, double[]>();
            int number = 0;
            for (Map.Entry<String, Value> output : graph.outputs().entrySet()) {
                NDArray array = NDArray.zeros(DType.FLOAT32, output.getValue().shape());
                plan.read(number++, array);
                got.put(output.getKey(), array.toDoubleArray());
            }
            for (LayerVariable variable : layer.variables()) {
                got.put(
                        variable.name() + " afterwards",
                        session.value(variable.name()).toDoubleArray());
            }
            return got;
        }
    }
}
