package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.model.Mlp;
import dev.baton.optim.Adagrad;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.GradientDescent;
import dev.baton.optim.Lion;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Parameters;
import dev.baton.optim.RmsProp;
import dev.baton.optim.Sgd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The first ten losses of a network of linear layers with every optimizer, with groups of parameters and clipped gradients,
 * against those that PyTorch gives (benchmarks/peers/oracle). It has no Lion, which the oracle has from the paper.
 */
class PyTorchTrajectoryTest {

    @TempDir
    private Path folder;

    static Stream<JsonNode> runs() throws IOException {
        try (var file = PyTorchTrajectoryTest.class.getResourceAsStream("pytorch-mlp-losses.json")) {
            return StreamSupport.stream(
                    new ObjectMapper().readTree(file).get("runs").spliterator(), false);
        }
    }

    private static Optimizer optimizer(JsonNode run) {
        Optimizer optimizer = unclipped(run);
        if (run.has("clipNorm")) {
            optimizer = optimizer.clipNorm(run.get("clipNorm").asDouble());
        }
        if (run.has("clipValue")) {
            optimizer = optimizer.clipValue(run.get("clipValue").asDouble());
        }
        return optimizer;
    }

    private static Optimizer unclipped(JsonNode run) {
        GradientDescent<?> optimizer = ungrouped(run);
        if (!run.has("biasRateFactor")) {
            return optimizer;
        }
        return optimizer.group(
                Parameters.named("bias"),
                group -> group.weightDecay(run.get("biasDecay").asDouble())
                        .learningRateFactor(run.get("biasRateFactor").asDouble()));
    }

    private static GradientDescent<?> ungrouped(JsonNode run) {
        double rate = run.get("learningRate").asDouble();
        double decay = run.get("weightDecay").asDouble();
        return switch (run.get("optimizer").asText()) {
            case "sgd" -> {
                Sgd sgd = Sgd.of(rate).momentum(run.get("momentum").asDouble()).weightDecay(decay);
                yield run.get("nesterov").asBoolean() ? sgd.nesterov() : sgd;
            }
            case "adam" -> Adam.of(rate).weightDecay(decay);
            case "adamw" -> AdamW.of(rate).weightDecay(decay);
            case "rmsprop" -> {
                RmsProp rmsProp = RmsProp.of(rate)
                        .alpha(run.get("alpha").asDouble())
                        .momentum(run.get("momentum").asDouble())
                        .weightDecay(decay);
                yield run.get("centered").asBoolean() ? rmsProp.centered() : rmsProp;
            }
            case "adagrad" -> Adagrad.of(rate).weightDecay(decay);
            case "lion" ->
                Lion.of(rate)
                        .betas(run.get("beta1").asDouble(), run.get("beta2").asDouble())
                        .weightDecay(decay);
            default -> throw new IllegalArgumentException(run.get("optimizer").asText());
        };
    }

    static TrainingOracle tried(JsonNode run) {
        return new TrainingOracle(
                Mlp.of(64, 32, 16, 10),
                Losses.crossEntropy().labelSmoothing(run.get("labelSmoothing").asDouble()),
                optimizer(run),
                PyTorchTrajectoryTest::batch);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void tenLossesAgree(JsonNode run) {
        TrainingOracle.Results ours = tried(run).run(saved(), folder);
        double[] exact = PyTorchTensors.doubles(run.at("/float64/losses"));
        double[] single = PyTorchTensors.doubles(run.at("/float32/losses"));
        assertThat(exact).hasSize(10);
        PyTorchTensors.compare(
                run.get("name").asText(),
                exact,
                PyTorchTensors.distance(single, exact),
                ours.exact().get("losses"),
                ours.got().get("losses"));
    }

    private static Map<String, NDArray> saved() {
        var saved = new LinkedHashMap<String, NDArray>();
        for (int layer = 0; layer < 3; layer++) {
            int inputs = OracleData.SIZES[layer];
            int outputs = OracleData.SIZES[layer + 1];
            saved.put(2 * layer + ".weight", NDArray.of(Shape.of(outputs, inputs), OracleData.weight(layer)));
            saved.put(2 * layer + ".bias", NDArray.of(Shape.of(outputs), OracleData.bias(layer)));
        }
        return saved;
    }

    private static Batch batch(int number) {
        return new Batch(
                NDArray.of(Shape.of(OracleData.BATCH, 64), OracleData.inputs(number)),
                NDArray.of(Shape.of(OracleData.BATCH), OracleData.labels(number)));
    }
}
