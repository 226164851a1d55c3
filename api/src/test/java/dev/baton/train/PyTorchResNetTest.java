package dev.baton.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.model.ResNet;
import dev.baton.nn.Initializers;
import dev.baton.optim.Sgd;
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

    @TempDir
    private Path folder;

    static TrainingOracle tried() {
        return new TrainingOracle(
                ResNet.cifar20(10),
                Losses.crossEntropy(),
                Sgd.of(RUN.get("learningRate").asDouble())
                        .momentum(RUN.get("momentum").asDouble())
                        .weightDecay(RUN.get("weightDecay").asDouble()),
                PyTorchResNetTest::batch);
    }

    @Test
    void answersLossesAndStatisticsAgree() {
        tried().compare(RUN.get("results"), saved(), folder);
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
