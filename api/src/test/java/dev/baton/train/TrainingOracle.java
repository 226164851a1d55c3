package dev.baton.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.NDArray;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.io.Safetensors;
import dev.baton.io.Weights;
import dev.baton.loss.Loss;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Ten training steps from weights of a file, to be compared with PyTorch's: the losses, the variables afterwards, and the
 * answers to the first batch in inference, before and after.
 *
 * @param batches the batch of each step, from 0
 */
record TrainingOracle(Layer model, Loss loss, Optimizer optimizer, IntFunction<Batch> batches) {

    private static final int STEPS = 10;

    /** Of dropout; the oracle's too. */
    private static final long SEED = 7;

    /**
     * What came out of the steps, by name.
     *
     * @param exact computed in double precision by the reference interpreter
     * @param got computed in single precision by a backend
     */
    record Results(Map<String, double[]> exact, Map<String, double[]> got) {}

    /**
     * Compares with what PyTorch computed.
     *
     * @param results as the oracle's file has them
     * @param saved the weights at first, as they lie in files
     * @param folder for a file of them
     */
    void compare(JsonNode results, Map<String, NDArray> saved, Path folder) {
        Results ours = run(saved, folder);
        for (JsonNode tensor : results) {
            String name = tensor.get("name").asText();
            PyTorchTensors.compare(
                    tensor,
                    PyTorchTensors.asInFiles(model, name, ours.exact().get(name)),
                    PyTorchTensors.asInFiles(model, name, ours.got().get(name)));
        }
    }

    /** Takes the steps. */
    Results run(Map<String, NDArray> saved, Path folder) {
        Path file = folder.resolve("weights.safetensors");
        Safetensors.write(file, saved, Map.of("format", "pt"));
        var loaded = new LinkedHashMap<String, double[]>();
        Map<String, double[]> got = onBackend(file, loaded);
        return new Results(inDouble(loaded), got);
    }

    /**
     * Loads, answers, learns and answers.
     *
     * @param loaded is given what the session has after loading
     */
    private Map<String, double[]> onBackend(Path file, Map<String, double[]> loaded) {
        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"), SEED);
                var step = TrainStep.of(session, model, loss, optimizer)) {
            Weights.load(session, model, file);
            loaded.putAll(Answers.variables(session, model));
            NDArray first = batches.apply(0).inputs();
            var results = new LinkedHashMap<String, double[]>();
            results.put("answers before", Answers.of(session, model, first));
            var losses = new double[STEPS];
            for (int i = 0; i < STEPS; i++) {
                losses[i] = step.run(batches.apply(i)).loss();
            }
            results.put("losses", losses);
            results.putAll(Answers.variables(session, model));
            results.put("answers", Answers.of(session, model, first));
            return results;
        }
    }

    private Map<String, double[]> inDouble(Map<String, double[]> loaded) {
        Batch first = batches.apply(0);
        Graph graph = StepGraph.trace(
                        inputs -> loss.of(
                                Layer.trace(model, inputs.get(TrainStep.INPUTS)), inputs.get(TrainStep.TARGETS)),
                        optimizer,
                        Map.of(
                                TrainStep.INPUTS,
                                StepGraph.batchType(first.inputs()),
                                TrainStep.TARGETS,
                                StepGraph.batchType(first.targets())),
                        false)
                .graph()
                .bind(Map.of(Executable.BATCH, first.inputs().shape().size(0)));
        var interpreter = new Interpreter(graph, Interpreter.Precision.DOUBLE);
        var variables = new LinkedHashMap<>(loaded);
        graph.variables()
                .forEach((name, value) -> variables.computeIfAbsent(
                        name, moment -> graph.initial(moment).initialValue(0).toDoubleArray()));
        var losses = new double[STEPS];
        for (int i = 0; i < STEPS; i++) {
            Interpreter.Result result = interpreter.run(inputs(i), variables);
            losses[i] = result.outputs().get(StepGraph.LOSS)[0];
            variables.putAll(result.assignments());
        }
        var results = new LinkedHashMap<>(variables);
        results.put("answers before", Answers.inDouble(model, first.inputs(), loaded));
        results.put("losses", losses);
        results.put("answers", Answers.inDouble(model, first.inputs(), variables));
        return results;
    }

    private Map<String, double[]> inputs(int number) {
        Batch batch = batches.apply(number);
        long step = number + 1L;
        return Map.of(
                TrainStep.INPUTS, batch.inputs().toDoubleArray(),
                TrainStep.TARGETS, batch.targets().toDoubleArray(),
                GraphBuilder.SEED, new double[] {SEED},
                GraphBuilder.STEP, new double[] {step},
                GraphBuilder.UPDATE, new double[] {optimizer.update(step)},
                GraphBuilder.LEARNING_RATE, new double[] {optimizer.learningRate(step)});
    }
}
