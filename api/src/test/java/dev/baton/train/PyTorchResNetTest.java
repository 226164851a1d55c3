package dev.baton.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.infer.Predictor;
import dev.baton.io.Safetensors;
import dev.baton.io.Weights;
import dev.baton.loss.Losses;
import dev.baton.model.ResNet;
import dev.baton.nn.Initializers;
import dev.baton.nn.Layer;
import dev.baton.optim.Sgd;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * ResNet-20 from a file of weights as torchvision would write it, against PyTorch: its answers in inference, the losses of
 * ten training steps, what batch normalisation gathered, some parameters, and the answers afterwards.
 */
class PyTorchResNetTest {

    private static final JsonNode RUN = PyTorchTensors.pictures().get("resNet20");
    private static final int STEPS = 10;

    @TempDir
    private Path folder;

    private final Layer model = ResNet.cifar20(10);
    private final Sgd optimizer = Sgd.of(RUN.get("learningRate").asDouble())
            .momentum(RUN.get("momentum").asDouble())
            .weightDecay(RUN.get("weightDecay").asDouble());

    @Test
    void answersLossesAndStatisticsAgree() {
        Path file = folder.resolve("resnet20.safetensors");
        Safetensors.write(file, saved(), Map.of("format", "pt"));
        var loaded = new LinkedHashMap<String, double[]>();
        Map<String, double[]> got = onBackend(file, loaded);
        Map<String, double[]> exact = inDouble(loaded);
        for (JsonNode tensor : RUN.get("results")) {
            String name = tensor.get("name").asText();
            PyTorchTensors.compare(tensor, exact.get(name), got.get(name));
        }
    }

    /**
     * Loads, answers, learns and answers.
     *
     * @param loaded is given what the session has after loading
     */
    private Map<String, double[]> onBackend(Path file, Map<String, double[]> loaded) {
        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"));
                var step = TrainStep.of(session, model, Losses.crossEntropy(), optimizer)) {
            Weights.load(session, model, file);
            loaded.putAll(variables(session));
            var results = new LinkedHashMap<String, double[]>();
            results.put("answers before", answers(session));
            var losses = new double[STEPS];
            for (int i = 0; i < STEPS; i++) {
                losses[i] = step.run(batch(i)).loss();
            }
            results.put("losses", losses);
            results.putAll(variables(session));
            results.put("answers", answers(session));
            return results;
        }
    }

    private double[] answers(Session session) {
        try (var predictor = Predictor.of(session, model)) {
            return predictor.predict(batch(0).inputs()).toDoubleArray();
        }
    }

    private Map<String, double[]> variables(Session session) {
        var values = new LinkedHashMap<String, double[]>();
        model.variables()
                .forEach(variable -> values.put(
                        variable.name(), session.value(variable.name()).toDoubleArray()));
        return values;
    }

    private Map<String, double[]> inDouble(Map<String, double[]> loaded) {
        Graph graph = StepGraph.trace(
                        inputs -> Losses.crossEntropy()
                                .of(Layer.trace(model, inputs.get(TrainStep.INPUTS)), inputs.get(TrainStep.TARGETS)),
                        optimizer,
                        Map.of(
                                TrainStep.INPUTS,
                                StepGraph.batchType(batch(0).inputs()),
                                TrainStep.TARGETS,
                                StepGraph.batchType(batch(0).targets())))
                .bind(Map.of(Executable.BATCH, RUN.get("batch").asLong()));
        var interpreter = new Interpreter(graph, Interpreter.Precision.DOUBLE);
        var variables = new LinkedHashMap<>(loaded);
        graph.variables()
                .forEach((name, value) -> variables.computeIfAbsent(
                        name, moment -> graph.initial(moment).initialValue(0).toDoubleArray()));
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
        results.put("answers before", answersInDouble(loaded));
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

    /** What torchvision would save of such a network before it learns: the stream of the n-th parameter is 300 + n. */
    private static Map<String, NDArray> saved() {
        var arrays = new LinkedHashMap<String, NDArray>();
        convolution(arrays, "conv1", "bn1", 16, 3, 3);
        for (int stage = 1; stage <= 3; stage++) {
            for (int block = 0; block < 3; block++) {
                String at = "layer" + stage + "." + block + ".";
                long outputs = 8L << stage;
                long inputs = stage > 1 && block == 0 ? outputs / 2 : outputs;
                convolution(arrays, at + "conv1", at + "bn1", outputs, inputs, 3);
                convolution(arrays, at + "conv2", at + "bn2", outputs, outputs, 3);
                if (inputs != outputs) {
                    convolution(arrays, at + "downsample.0", at + "downsample.1", outputs, inputs, 1);
                }
            }
        }
        learnt(arrays, "fc.weight", 64, 0, 10, 64);
        learnt(arrays, "fc.bias", 0, 0, 10);
        return arrays;
    }

    private static void convolution(
            Map<String, NDArray> arrays, String name, String norm, long outputs, long inputs, long kernel) {
        learnt(arrays, name + ".weight", inputs * kernel * kernel, 0, outputs, inputs, kernel, kernel);
        learnt(arrays, norm + ".weight", 0, 1, outputs);
        learnt(arrays, norm + ".bias", 0, 0, outputs);
        Shape channels = Shape.of(outputs);
        arrays.put(norm + ".running_mean", NDArray.zeros(DType.FLOAT32, channels));
        arrays.put(norm + ".running_var", Initializers.constant(1).initialize(channels, 0, ""));
        arrays.put(norm + ".num_batches_tracked", NDArray.of(Shape.scalar(), 0L));
    }

    /**
     * @param terms how many products an output is the sum of; 0 for what is no matrix
     */
    private static void learnt(Map<String, NDArray> arrays, String name, long terms, int shift, long... sizes) {
        long before = arrays.keySet().stream()
                .filter(other -> other.endsWith("weight") || other.endsWith("bias"))
                .count();
        int bound = terms == 0 ? 410 : (int) Math.floor(4096 * Math.sqrt(6.0 / terms));
        Shape shape = Shape.of(sizes);
        arrays.put(
                name, NDArray.of(shape, PyTorchTensors.values(300 + (int) before, bound, 4096, shift, shape.size())));
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
