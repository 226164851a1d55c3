package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.data.Batch;
import dev.baton.loss.Loss;
import dev.baton.loss.Losses;
import dev.baton.model.LeNet;
import dev.baton.nn.AdaptiveAveragePool2d;
import dev.baton.nn.AveragePool2d;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv1d;
import dev.baton.nn.Conv2d;
import dev.baton.nn.ConvTranspose2d;
import dev.baton.nn.Dropout;
import dev.baton.nn.ELU;
import dev.baton.nn.Embedding;
import dev.baton.nn.Flatten;
import dev.baton.nn.GELU;
import dev.baton.nn.GRU;
import dev.baton.nn.GroupNorm;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerNorm;
import dev.baton.nn.LeakyReLU;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.PositionalEmbedding;
import dev.baton.nn.RMSNorm;
import dev.baton.nn.ReLU;
import dev.baton.nn.RecurrentLayers;
import dev.baton.nn.Residual;
import dev.baton.nn.RotaryPositions;
import dev.baton.nn.Sequential;
import dev.baton.nn.SiLU;
import dev.baton.nn.Sigmoid;
import dev.baton.nn.SinusoidalPositions;
import dev.baton.nn.Softmax;
import dev.baton.nn.Softplus;
import dev.baton.nn.Tanh;
import dev.baton.nn.TransformerBlock;
import dev.baton.optim.Adagrad;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.RmsProp;
import dev.baton.optim.Sgd;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small networks that have every layer and every loss between them, with those of PyTorchResNetTest, PyTorchGptTest and
 * PyTorchRecurrentTest, against PyTorch: ten training losses from the same weights, and the answers before and after.
 */
class PyTorchNetworksTest {

    static final Map<String, TrainingOracle> TRIED = tried();

    @TempDir
    private Path folder;

    private static Map<String, TrainingOracle> tried() {
        var tried = new LinkedHashMap<String, TrainingOracle>();
        add(
                tried,
                "pictures",
                pictures(),
                Losses.crossEntropy().labelSmoothing(0.1),
                Sgd.of(0.05).momentum(0.9).nesterov().weightDecay(1e-3));
        add(tried, "autoencoder", autoencoder(), ofShares(Losses.mse()), Adam.of(1e-2));
        add(tried, "waves", waves(), Losses.huber(0.5), RmsProp.of(1e-3).alpha(0.9));
        add(
                tried,
                "text",
                text(),
                (answers, labels) -> Losses.negativeLogLikelihood().of(answers.log(), labels),
                AdamW.of(1e-2).weightDecay(0.1));
        add(
                tried,
                "questions",
                small(new GELU()),
                ofShares(Losses.binaryCrossEntropy().positiveWeight(2)),
                Adagrad.of(0.05));
        add(
                tried,
                "distances",
                small(new GELU(GELU.Form.TANH)),
                Losses.l1(),
                Sgd.of(0.1).weightDecay(1e-3));
        add(
                tried,
                "distributions",
                small(new SiLU()),
                (answers, targets) -> Losses.klDivergence().of(answers.logSoftmax(1), targets.softmax(1)),
                AdamW.of(1e-2).weightDecay(0.1));
        add(
                tried,
                "LeNet",
                new LeNet(10),
                Losses.crossEntropy(),
                Sgd.of(0.01).momentum(0.9).weightDecay(1e-3));
        return tried;
    }

    private static void add(
            Map<String, TrainingOracle> tried, String name, Layer model, Loss loss, Optimizer optimizer) {
        JsonNode network = PyTorchTensors.named(networks(), name);
        tried.put(
                name,
                new TrainingOracle(
                        model,
                        loss,
                        optimizer,
                        step -> new Batch(
                                PyTorchTensors.operand(network.get("inputs"), step),
                                PyTorchTensors.operand(network.get("targets"), step))));
    }

    private static JsonNode networks() {
        return PyTorchTensors.layers().get("networks");
    }

    /** A loss of targets that lie in [-1, 1] in the file, and in [0, 1] for the loss. */
    private static Loss ofShares(Loss loss) {
        return (answers, targets) -> loss.of(answers, targets.multiply(0.5).add(0.5));
    }

    private static Layer pictures() {
        return Sequential.of(
                new Conv2d(3, 8, 3).padding(1),
                new BatchNorm(8),
                new LeakyReLU(0.1),
                new MaxPool2d(2),
                new Residual(Sequential.of(
                        new Conv2d(8, 8, 3).padding(2).dilation(2).groups(2), new GroupNorm(2, 8), new SiLU())),
                new AveragePool2d(3).stride(1).padding(1),
                new Conv2d(8, 12, 1),
                new ELU(),
                new AdaptiveAveragePool2d(2),
                new Dropout(0.25),
                new Flatten(),
                new Linear(48, 10));
    }

    private static Layer autoencoder() {
        return Sequential.of(
                new Conv2d(2, 6, 3).stride(2).padding(1),
                new Tanh(),
                new ConvTranspose2d(6, 4, 3).stride(2).padding(1),
                new Softplus(),
                new ConvTranspose2d(4, 2, 3).padding(1).groups(2),
                new Sigmoid());
    }

    /** [N, C, T] -> [N, T, C]. */
    private static final class StepsFirst extends Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x.transpose(0, 2, 1);
        }
    }

    private static Layer waves() {
        return Sequential.of(
                new Conv1d(4, 6, 3).padding(1),
                new ReLU(),
                new StepsFirst(),
                new LSTM(6, 5, RecurrentLayers.of(2).bidirectional()),
                new GRU(10, 7, RecurrentLayers.of(1).bidirectional()),
                new LayerNorm(14),
                new Linear(14, 4));
    }

    private static Layer text() {
        var attention = new MultiHeadAttention(8, 2).causal().rotary(new RotaryPositions());
        return Sequential.of(
                new Embedding(11, 8),
                new PositionalEmbedding(6, 8),
                new SinusoidalPositions(),
                new RotaryPositions(),
                new TransformerBlock(8, 2).hidden(12).causal(),
                new Residual(Sequential.of(new RMSNorm(8), attention)),
                new RMSNorm(8),
                new Linear(8, 11),
                new Softmax(-1));
    }

    private static Layer small(Layer activation) {
        return Sequential.of(new Linear(6, 9), activation, new Linear(9, 4));
    }

    static Stream<String> names() {
        return TRIED.keySet().stream();
    }

    @Test
    void everyNetworkOfTheFileIsTried() {
        assertThat(PyTorchTensors.names(networks())).containsExactlyInAnyOrderElementsOf(TRIED.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void lossesAndAnswersAgree(String name) {
        JsonNode network = PyTorchTensors.named(networks(), name);
        TRIED.get(name).compare(network.get("results"), PyTorchTensors.operands(network.get("variables")), folder);
    }
}
