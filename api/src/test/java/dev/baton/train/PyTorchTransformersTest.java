package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.io.Safetensors;
import dev.baton.io.Weights;
import dev.baton.nn.Embedding;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerNorm;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.Parameter;
import dev.baton.nn.RMSNorm;
import dev.baton.nn.Sequential;
import dev.baton.nn.Softmax;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients of what transformers are made of against PyTorch's; weights come from a file as PyTorch has them. */
class PyTorchTransformersTest {

    private static final Map<String, Tried> TRIED = tried();

    @TempDir
    private Path folder;

    /**
     * What is tried.
     *
     * @param layer whose parameters are operands of these names
     * @param function of the other operands
     */
    private record Tried(Layer layer, Function<Map<String, Tensor>, Tensor> function) {}

    private static Tried layer(Layer layer) {
        return new Tried(layer, in -> Layer.trace(layer, in.get("x")));
    }

    private static Tried attention(Function<Map<String, Tensor>, Attention> options) {
        return new Tried(Sequential.of(), in -> options.apply(in).of(in.get("q"), in.get("k"), in.get("v")));
    }

    private static Map<String, Tried> tried() {
        var tried = new LinkedHashMap<String, Tried>();
        tried.put("layer_norm", layer(new LayerNorm(7)));
        tried.put(
                "layer_norm without bias", layer(new LayerNorm(7).withoutBias().epsilon(0.1)));
        tried.put("layer_norm of two dimensions", layer(new LayerNorm(Shape.of(3, 7))));
        tried.put("layer_norm of many rows", layer(new LayerNorm(5)));
        tried.put("rms_norm", layer(new RMSNorm(7)));
        tried.put("rms_norm of two dimensions", layer(new RMSNorm(Shape.of(3, 7)).epsilon(0.1)));
        tried.put("gelu", layer(new GELU()));
        tried.put("gelu tanh", layer(new GELU(GELU.Form.TANH)));
        for (int axis = 0; axis < 3; axis++) {
            int along = axis;
            tried.put("softmax " + axis, layer(new Softmax(axis)));
            tried.put(
                    "log_softmax " + axis,
                    new Tried(Sequential.of(), in -> in.get("x").logSoftmax(along)));
        }
        tried.put("embedding", layer(new Embedding(6, 5)));
        tried.put("attention", attention(in -> Attention.full()));
        tried.put("attention causal", attention(in -> Attention.causal()));
        tried.put("attention scale", attention(in -> Attention.full().scale(1.5)));
        tried.put("attention mask", attention(in -> Attention.full().mask(in.get("mask"))));
        tried.put("attention shared mask", attention(in -> Attention.full().mask(in.get("mask"))));
        tried.put("multi-head attention", layer(new MultiHeadAttention(8, 2)));
        var other = new MultiHeadAttention(8, 2);
        tried.put(
                "multi-head attention to another sequence",
                new Tried(other, in -> other.forward(in.get("x"), in.get("keys"), in.get("keys"), Attention.full())));
        return tried;
    }

    static Stream<String> names() {
        return TRIED.keySet().stream();
    }

    private static Stream<JsonNode> functions() {
        return StreamSupport.stream(
                PyTorchTensors.transformers().get("functions").spliterator(), false);
    }

    @Test
    void everyFunctionOfTheFileIsTried() {
        assertThat(functions().map(function -> function.get("name").asText()))
                .containsExactlyInAnyOrderElementsOf(TRIED.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void agreesWithPyTorch(String name) {
        JsonNode function = functions()
                .filter(one -> one.get("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
        var operands = new LinkedHashMap<String, NDArray>();
        function.get("operands")
                .forEach(operand -> operands.put(operand.get("name").asText(), PyTorchTensors.operand(operand)));
        Tried tried = TRIED.get(name);
        var weights = new LinkedHashMap<String, NDArray>();
        tried.layer()
                .parameters()
                .forEach(parameter -> weights.put(parameter.name(), operands.remove(parameter.name())));
        Graph graph = trace(tried, operands);
        var inputs = new LinkedHashMap<String, NDArray>(operands);
        inputs.put("above", PyTorchTensors.above(graph.inputs().get("above").shape()));

        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"))) {
            Path file = folder.resolve("weights.safetensors");
            Safetensors.write(file, weights, Map.of("format", "pt"));
            Weights.load(session, tried.layer(), file);
            var given = new LinkedHashMap<String, double[]>();
            inputs.forEach((operand, array) -> given.put(operand, array.toDoubleArray()));
            weights.keySet()
                    .forEach(weight -> given.put(weight, session.value(weight).toDoubleArray()));
            var exact = new Interpreter(graph, Interpreter.Precision.DOUBLE)
                    .run(given, given)
                    .outputs();
            Map<String, double[]> got = run(session, graph, inputs);
            for (JsonNode tensor : function.get("results")) {
                String result = tensor.get("name").asText();
                PyTorchTensors.compare(
                        tensor, laidOut(tried, result, exact.get(result)), laidOut(tried, result, got.get(result)));
            }
        }
    }

    /** Forward and backward pass; the gradient that arrives at the output is an input. */
    private static Graph trace(Tried tried, Map<String, NDArray> operands) {
        var builder = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        var in = new LinkedHashMap<String, Tensor>();
        operands.forEach((name, array) ->
                in.put(name, Tensor.of(builder, builder.input(name, new TensorType(array.dtype(), array.shape())))));
        Tensor y = tried.function().apply(in);
        Tensor above = Tensor.of(builder, builder.input("above", y.value().type()));
        var by = new LinkedHashMap<String, Value>();
        in.forEach((name, operand) -> {
            if (operand.dtype().isFloating()) {
                by.put(name, operand.value());
            }
        });
        tried.layer()
                .parameters()
                .forEach(parameter -> by.put(parameter.name(), parameter.in(y).value()));
        List<Value> gradients =
                Gradients.of(new Emitter(builder), y.multiply(above).sum().value(), new ArrayList<>(by.values()));
        builder.output("output", y.value());
        int number = 0;
        for (String name : by.keySet()) {
            builder.output("gradient by " + name, gradients.get(number++));
        }
        return builder.build();
    }

    private static Map<String, double[]> run(Session session, Graph graph, Map<String, NDArray> inputs) {
        Plan plan = session.compile(graph, Map.of());
        plan.run(graph.inputs().keySet().stream().map(inputs::get).toArray(NDArray[]::new));
        var got = new LinkedHashMap<String, double[]>();
        int number = 0;
        for (Map.Entry<String, Value> output : graph.outputs().entrySet()) {
            NDArray array =
                    NDArray.zeros(output.getValue().dtype(), output.getValue().shape());
            plan.read(number++, array);
            got.put(output.getKey(), array.toDoubleArray());
        }
        return got;
    }

    /** The gradient of a weight that is transposed in files, as PyTorch has it. */
    private static double[] laidOut(Tried tried, String result, double[] values) {
        for (Parameter parameter : tried.layer().parameters()) {
            if (result.equals("gradient by " + parameter.name())
                    && parameter.layout() == Parameter.FileLayout.TRANSPOSED) {
                int rows = (int) parameter.shape().size(0);
                int columns = (int) parameter.shape().size(1);
                var turned = new double[values.length];
                for (int i = 0; i < values.length; i++) {
                    turned[i % columns * rows + i / columns] = values[i];
                }
                return turned;
            }
        }
        return values;
    }
}
