package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.Initializer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Adagrad;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.RmsProp;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.io.IOException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The first ten losses from given weights and data, against those that PyTorch gives (benchmarks/peers/oracle). */
class PyTorchTrajectoryTest {

    private static final double RELATIVE = 1e-5;

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
            default -> throw new IllegalArgumentException(run.get("optimizer").asText());
        };
    }

    @ParameterizedTest
    @MethodSource("runs")
    void theFirstTenLossesAgree(JsonNode run) {
        Initializer unused = (shape, seed, name) -> NDArray.zeros(dev.baton.DType.FLOAT32, shape);
        var model = Sequential.of(
                new Linear(64, 32, unused),
                new ReLU(),
                new Linear(32, 16, unused),
                new ReLU(),
                new Linear(16, 10, unused));
        var loss =
                Losses.crossEntropy().labelSmoothing(run.get("labelSmoothing").asDouble());
        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"));
                var step = TrainStep.of(session, model, loss, optimizer(run))) {
            step.prepare(batch(0));
            for (int layer = 0; layer < 3; layer++) {
                int inputs = OracleData.SIZES[layer];
                int outputs = OracleData.SIZES[layer + 1];
                session.set(2 * layer + ".weight", NDArray.of(Shape.of(inputs, outputs), OracleData.weight(layer)));
                session.set(2 * layer + ".bias", NDArray.of(Shape.of(outputs), OracleData.bias(layer)));
            }
            JsonNode expected = run.get("float32").get("losses");
            assertThat(expected).hasSize(10);
            for (int i = 0; i < 10; i++) {
                double wanted = expected.get(i).asDouble();
                assertThat((double) step.run(batch(i)).loss())
                        .as("%s, step %d", run.get("name").asText(), i + 1)
                        .isCloseTo(wanted, within(RELATIVE * wanted));
            }
        }
    }

    private static Batch batch(int number) {
        return new Batch(
                NDArray.of(Shape.of(OracleData.BATCH, 64), OracleData.inputs(number)),
                NDArray.of(Shape.of(OracleData.BATCH), OracleData.labels(number)));
    }
}
