package dev.baton.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.loss.Losses;
import dev.baton.model.ResNet;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.optim.Sgd;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Ten training steps of ResNet-20 from given weights against PyTorch's: the losses, what batch normalisation gathered,
 * some parameters, and the answers in inference afterwards.
 */
class PyTorchResNetTest {

    private static final JsonNode RUN = PyTorchTensors.pictures().get("resNet20");
    private static final int STEPS = 10;

    private final Layer model = ResNet.cifar20(10);
    private final Sgd optimizer = Sgd.of(RUN.get("learningRate").asDouble())
            .momentum(RUN.get("momentum").asDouble())
            .weightDecay(RUN.get("weightDecay").asDouble());

    @Test
    void theFirstTenLossesAndTheStatisticsAgree() {
        Map<String, double[]> exact = inDouble();
        Map<String, double[]> got = onBackend();
        for (JsonNode tensor : RUN.get("results")) {
            String name = tensor.get("name").asText();
            PyTorchTensors.compare(tensor, exact.get(name), got.get(name));
        }
    }

    private Map<String, double[]> onBackend() {
        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"));
                var step = TrainStep.of(session, model, Losses.crossEntropy(), optimizer);
                var evaluation = Evaluation.of(session, model)) {
            step.prepare(batch(0));
            weights().forEach(session::set);
            var results = new LinkedHashMap<String, double[]>();
            var losses = new double[STEPS];
            for (int i = 0; i < STEPS; i++) {
                losses[i] = step.run(batch(i)).loss();
            }
            results.put("losses", losses);
            model.variables()
                    .forEach(variable -> results.put(
                            variable.name(), session.value(variable.name()).toDoubleArray()));
            results.put("answers", evaluation.answers(batch(0)).toDoubleArray());
            return results;
        }
    }

    private Map<String, double[]> inDouble() {
        var batchSize = Map.of(Executable.BATCH, RUN.get("batch").asLong());
        Graph graph = StepGraph.trace(
                        inputs -> Losses.crossEntropy()
                                .of(Layer.trace(model, inputs.get(TrainStep.INPUTS)), inputs.get(TrainStep.TARGETS)),
                        optimizer,
                        Map.of(
                                TrainStep.INPUTS,
                                StepGraph.batchType(batch(0).inputs()),
                                TrainStep.TARGETS,
                                StepGraph.batchType(batch(0).targets())))
                .bind(batchSize);
        var interpreter = new Interpreter(graph, Interpreter.Precision.DOUBLE);
        var variables = new LinkedHashMap<String, double[]>();
        graph.variables()
                .forEach((name, value) ->
                        variables.put(name, graph.initial(name).initialValue(0).toDoubleArray()));
        weights().forEach((name, array) -> variables.put(name, array.toDoubleArray()));
        var losses = new double[STEPS];
        for (int i = 0; i < STEPS; i++) {
            var inputs = Map.of(
                    TrainStep.INPUTS, batch(i).inputs().toDoubleArray(),
                    TrainStep.TARGETS, batch(i).targets().toDoubleArray(),
                    GraphBuilder.LEARNING_RATE, new double[] {optimizer.learningRate(i + 1)});
            Interpreter.Result result = interpreter.run(inputs, variables);
            losses[i] = result.outputs().get(StepGraph.LOSS)[0];
            variables.putAll(result.assignments());
        }
        var results = new LinkedHashMap<>(variables);
        results.put("losses", losses);
        results.put("answers", answersInDouble(variables));
        return results;
    }

    private double[] answersInDouble(Map<String, double[]> variables) {
        var builder = new GraphBuilder();
        NDArray inputs = batch(0).inputs();
        var x = Tensor.of(builder, builder.input("x", new TensorType(inputs.dtype(), inputs.shape())));
        builder.output("answers", Layer.trace(model, x).value());
        return new Interpreter(builder.build(), Interpreter.Precision.DOUBLE)
                .run(Map.of("x", inputs.toDoubleArray()), variables)
                .outputs()
                .get("answers");
    }

    /** The first weights by the oracle's formula: the stream of the n-th parameter is 300 + n. */
    private Map<String, NDArray> weights() {
        var weights = new LinkedHashMap<String, NDArray>();
        List<Parameter> parameters = model.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            Shape shape = parameters.get(i).shape();
            String name = parameters.get(i).name();
            boolean vector = shape.rank() == 1;
            long terms = vector
                    ? 1
                    : shape.rank() == 2 ? shape.size(0) : shape.without(0).size();
            int bound = vector ? 410 : (int) Math.floor(4096 * Math.sqrt(6.0 / terms));
            int shift = vector && name.endsWith("weight") ? 1 : 0;
            float[] values = PyTorchTensors.values(300 + i, bound, 4096, shift, shape.size());
            weights.put(name, NDArray.of(shape, shape.rank() == 2 ? turned(values, shape) : values));
        }
        return weights;
    }

    /** From [outputs, inputs], PyTorch's order, to the shape [inputs, outputs]. */
    private static float[] turned(float[] values, Shape shape) {
        var turned = new float[values.length];
        int inputs = (int) shape.size(0);
        int outputs = (int) shape.size(1);
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                turned[i * outputs + o] = values[o * inputs + i];
            }
        }
        return turned;
    }

    private static Batch batch(int number) {
        int size = RUN.get("size").asInt();
        int batch = RUN.get("batch").asInt();
        Shape shape = Shape.of(batch, 3, size, size);
        var labels = new int[batch];
        for (int i = 0; i < batch; i++) {
            labels[i] = OracleData.below(600 + number, i, 10);
        }
        return new Batch(
                NDArray.of(shape, PyTorchTensors.values(500 + number, 16, 16, 0, shape.size())),
                NDArray.of(Shape.of(batch), labels));
    }
}
