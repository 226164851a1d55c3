package dev.baton.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.optim.AdamW;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPT of four layers from a file of weights in GPT-2's layout, against PyTorch: ten losses, and some parameters after. */
class PyTorchGptTest {

    private static final JsonNode RUN = PyTorchTensors.transformers().get("gpt");
    private static final int VOCABULARY = size("vocabulary");
    private static final int CONTEXT = size("context");
    private static final int BATCH = size("batch");

    @TempDir
    private Path folder;

    private static int size(String name) {
        return RUN.get(name).asInt();
    }

    private static Gpt model() {
        return Gpt.of(VOCABULARY)
                .context(CONTEXT)
                .layers(size("layers"))
                .heads(size("heads"))
                .width(size("width"))
                .gelu(GELU.Form.TANH)
                .build();
    }

    static TrainingOracle tried() {
        return new TrainingOracle(
                model(),
                Losses.crossEntropy(),
                AdamW.of(RUN.get("learningRate").asDouble())
                        .weightDecay(RUN.get("weightDecay").asDouble()),
                PyTorchGptTest::batch);
    }

    @Test
    void lossesAndParametersAgree() {
        TrainingOracle tried = tried();
        tried.compare(RUN.get("results"), saved(tried.model()), folder);
    }

    /** The stream of the n-th parameter, from 0, is 300 + n; in files they lie as in memory. */
    private static Map<String, NDArray> saved(Layer model) {
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
