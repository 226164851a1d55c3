package dev.baton.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.io.Safetensors;
import dev.baton.io.Weights;
import dev.baton.loss.Loss;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.optim.AdamW;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPT of four layers from a file of weights in GPT-2's layout, against PyTorch: ten losses, and some parameters after. */
class PyTorchGptTest {

    private static final JsonNode RUN = PyTorchTensors.transformers().get("gpt");
    private static final int STEPS = 10;
    private static final int VOCABULARY = size("vocabulary");
    private static final int CONTEXT = size("context");
    private static final int BATCH = size("batch");

    private static final Loss LOSS = Losses.crossEntropy();

    @TempDir
    private Path folder;

    private final Gpt model = Gpt.of(VOCABULARY)
            .context(CONTEXT)
            .layers(size("layers"))
            .heads(size("heads"))
            .width(size("width"))
            .gelu(GELU.Form.TANH)
            .build();
    private final AdamW optimizer = AdamW.of(RUN.get("learningRate").asDouble())
            .weightDecay(RUN.get("weightDecay").asDouble());

    private static int size(String name) {
        return RUN.get(name).asInt();
    }

    @Test
    void lossesAndParametersAgree() {
        Map<String, double[]> got = onBackend();
        Map<String, double[]> exact = inDouble();
        for (JsonNode tensor : RUN.get("results")) {
            String name = tensor.get("name").asText();
            PyTorchTensors.compare(tensor, exact.get(name), got.get(name));
        }
    }

    private Map<String, double[]> onBackend() {
        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"));
                var step = TrainStep.of(session, model, LOSS, optimizer)) {
            Path file = folder.resolve("gpt.safetensors");
            Safetensors.write(file, saved(), Map.of("format", "pt"));
            Weights.load(session, model, file);
            var losses = new double[STEPS];
            for (int i = 0; i < STEPS; i++) {
                losses[i] = step.run(batch(i)).loss();
            }
            var results = new LinkedHashMap<String, double[]>();
            results.put("losses", losses);
            model.parameters()
                    .forEach(parameter -> results.put(
                            parameter.name(), session.value(parameter.name()).toDoubleArray()));
            return results;
        }
    }

    private Map<String, double[]> inDouble() {
        Graph graph = StepGraph.trace(
                        inputs -> LOSS.of(
                                Layer.trace(model, inputs.get(TrainStep.INPUTS)), inputs.get(TrainStep.TARGETS)),
                        optimizer,
                        Map.of(
                                TrainStep.INPUTS,
                                StepGraph.batchType(batch(0).inputs()),
                                TrainStep.TARGETS,
                                StepGraph.batchType(batch(0).targets())))
                .bind(Map.of(Executable.BATCH, (long) BATCH));
        var interpreter = new Interpreter(graph, Interpreter.Precision.DOUBLE);
        var variables = new LinkedHashMap<String, double[]>();
        saved().forEach((name, array) -> variables.put(name, array.toDoubleArray()));
        graph.variables()
                .forEach((name, value) -> variables.computeIfAbsent(
                        name, moment -> graph.initial(moment).initialValue(0).toDoubleArray()));
        var losses = new double[STEPS];
        for (int i = 0; i < STEPS; i++) {
            var inputs = Map.of(
                    TrainStep.INPUTS,
                    batch(i).inputs().toDoubleArray(),
                    TrainStep.TARGETS,
                    batch(i).targets().toDoubleArray(),
                    GraphBuilder.STEP,
                    new double[] {i + 1},
                    GraphBuilder.LEARNING_RATE,
                    new double[] {optimizer.learningRate(i + 1)});
            Interpreter.Result result = interpreter.run(inputs, variables);
            losses[i] = result.outputs().get(StepGraph.LOSS)[0];
            variables.putAll(result.assignments());
        }
        var results = new LinkedHashMap<>(variables);
        results.put("losses", losses);
        return results;
    }

    /** The stream of the n-th parameter, from 0, is 300 + n; in files they lie as in memory. */
    private Map<String, NDArray> saved() {
        var arrays = new LinkedHashMap<String, NDArray>();
        for (Parameter parameter : model.parameters()) {
            String name = parameter.name();
            boolean embedding = name.startsWith("w");
            boolean matrix = parameter.shape().rank() == 2;
            int bound = embedding ? 600 : matrix ? 1200 : 410;
            int shift = !matrix && name.endsWith("weight") ? 1 : 0;
            Shape shape = parameter.shape();
            arrays.put(
                    name,
                    NDArray.of(shape, PyTorchTensors.values(300 + arrays.size(), bound, 4096, shift, shape.size())));
        }
        return arrays;
    }

    /** The stream of batch b is 500 + b; a window and the token after it are neighbours. */
    private static Batch batch(int number) {
        var inputs = new int[BATCH * CONTEXT];
        var targets = new int[BATCH * CONTEXT];
        for (int i = 0; i < inputs.length; i++) {
            int at = i / CONTEXT * (CONTEXT + 1) + i % CONTEXT;
            inputs[i] = OracleData.below(500 + number, at, VOCABULARY);
            targets[i] = OracleData.below(500 + number, at + 1, VOCABULARY);
        }
        var shape = Shape.of(BATCH, CONTEXT);
        return new Batch(NDArray.of(shape, inputs), NDArray.of(shape, targets));
    }
}
