package dev.baton.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.NDArray;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.io.Safetensors;
import dev.baton.io.Weights;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerVariable;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A function of a layer's variables and of some tensors, to be compared with PyTorch's: its value, its gradients by all of
 * them, and what it gathers. Weights come from a file as PyTorch has them.
 *
 * @param layer whose variables are operands of these names
 * @param function of the other operands
 */
record FunctionOracle(Layer layer, GraphBuilder.Mode mode, Function<Map<String, Tensor>, Tensor> function) {

    /** What arrives at the output. */
    private static final String ABOVE = "above";

    /** A layer of the operand x, in training. */
    static FunctionOracle of(Layer layer) {
        return of(layer, in -> Layer.trace(layer, in.get("x")));
    }

    /** A layer of the operand x, in inference. */
    static FunctionOracle inference(Layer layer) {
        return new FunctionOracle(layer, GraphBuilder.Mode.INFERENCE, in -> Layer.trace(layer, in.get("x")));
    }

    /** Another function of a layer. */
    static FunctionOracle of(Layer layer, Function<Map<String, Tensor>, Tensor> function) {
        return new FunctionOracle(layer, GraphBuilder.Mode.TRAINING, function);
    }

    /** A function without a layer. */
    static FunctionOracle of(Function<Map<String, Tensor>, Tensor> function) {
        return of(new NoLayer(), function);
    }

    /** In the place of a layer where a function has none. */
    private static final class NoLayer extends Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x;
        }
    }

    /**
     * Compares with what PyTorch computed.
     *
     * @param recorded the function, as the oracle's file has it
     * @param folder for a file of weights
     */
    void compare(JsonNode recorded, Path folder) {
        Map<String, NDArray> operands = PyTorchTensors.operands(recorded.get("operands"));
        var weights = new LinkedHashMap<String, NDArray>();
        layer.variables().forEach(variable -> weights.put(variable.name(), operands.remove(variable.name())));
        Graph graph = trace(operands);
        var inputs = new LinkedHashMap<>(operands);
        inputs.put(ABOVE, PyTorchTensors.above(graph.inputs().get(ABOVE).shape()));
        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"))) {
            Path file = folder.resolve("weights.safetensors");
            Safetensors.write(file, weights, Map.of("format", "pt"));
            session.addVariables(graph);
            Weights.load(session, layer, file);
            var given = new LinkedHashMap<String, double[]>();
            inputs.forEach((operand, array) -> given.put(operand, array.toDoubleArray()));
            given.putAll(variables(session));
            Map<String, double[]> exact = inDouble(graph, given);
            Map<String, double[]> got = onBackend(session, graph, inputs);
            for (JsonNode tensor : recorded.get("results")) {
                String result = tensor.get("name").asText();
                String variable = result.replace("gradient by ", "");
                PyTorchTensors.compare(
                        tensor,
                        PyTorchTensors.asInFiles(layer, variable, exact.get(result)),
                        PyTorchTensors.asInFiles(layer, variable, got.get(result)));
            }
        }
    }

    /** Forward and backward pass; the gradient that arrives at the output is an input. */
    private Graph trace(Map<String, NDArray> operands) {
        var builder = new GraphBuilder(mode);
        var in = new LinkedHashMap<String, Tensor>();
        operands.forEach((name, array) ->
                in.put(name, Tensor.of(builder, builder.input(name, new TensorType(array.dtype(), array.shape())))));
        Tensor y = function.apply(in);
        Tensor above = Tensor.of(builder, builder.input(ABOVE, y.value().type()));
        var by = new LinkedHashMap<String, Value>();
        in.forEach((name, operand) -> {
            if (operand.dtype().isFloating()) {
                by.put(name, operand.value());
            }
        });
        layer.parameters()
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

    private Map<String, double[]> variables(Session session) {
        var values = new LinkedHashMap<String, double[]>();
        for (LayerVariable variable : layer.variables()) {
            values.put(variable.name(), session.value(variable.name()).toDoubleArray());
        }
        return values;
    }

    private Map<String, double[]> inDouble(Graph graph, Map<String, double[]> given) {
        Interpreter.Result result = new Interpreter(graph, Interpreter.Precision.DOUBLE).run(given, given);
        var exact = new LinkedHashMap<>(result.outputs());
        layer.variables().forEach(variable -> {
            String name = variable.name();
            exact.put(name + " afterwards", result.assignments().getOrDefault(name, given.get(name)));
        });
        return exact;
    }

    private Map<String, double[]> onBackend(Session session, Graph graph, Map<String, NDArray> inputs) {
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
        variables(session).forEach((name, values) -> got.put(name + " afterwards", values));
        return got;
    }
}
