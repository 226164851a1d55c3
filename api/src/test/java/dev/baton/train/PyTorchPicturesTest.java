package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.nn.AdaptiveAveragePool2d;
import dev.baton.nn.AveragePool2d;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv1d;
import dev.baton.nn.Conv2d;
import dev.baton.nn.ConvTranspose2d;
import dev.baton.nn.ELU;
import dev.baton.nn.GroupNorm;
import dev.baton.nn.Layer;
import dev.baton.nn.LeakyReLU;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.SiLU;
import dev.baton.nn.Softplus;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values, gradients and running statistics of layers for pictures against PyTorch's. */
class PyTorchPicturesTest {

    static final Map<String, FunctionOracle> TRIED = tried();

    @TempDir
    private Path folder;

    private static Map<String, FunctionOracle> tried() {
        var tried = new LinkedHashMap<String, FunctionOracle>();
        layers().forEach((name, layer) ->
                tried.put(name, name.contains(" eval ") ? FunctionOracle.inference(layer) : FunctionOracle.of(layer)));
        return tried;
    }

    private static Map<String, Layer> layers() {
        var layers = new LinkedHashMap<String, Layer>();
        layers.put("conv2d", new Conv2d(4, 3, 3).padding(1));
        layers.put(
                "conv2d stride",
                new Conv2d(4, 3, 3, 2).stride(2, 1).padding(0, 1).withoutBias());
        layers.put(
                "conv2d dilation",
                new Conv2d(4, 2, 2, 3).stride(1, 2).padding(1, 2).dilation(3, 2));
        layers.put("conv2d groups", new Conv2d(4, 6, 3).stride(2).padding(1).groups(2));
        layers.put("conv2d depthwise", new Conv2d(4, 4, 3).padding(1).groups(4));
        layers.put("conv2d 1x1", new Conv2d(4, 5, 1).stride(2));
        layers.put(
                "conv1d", new Conv1d(4, 4, 3).stride(2).padding(2).dilation(2).groups(2));
        layers.put("conv_transpose2d", new ConvTranspose2d(4, 3, 3));
        layers.put(
                "conv_transpose2d stride",
                new ConvTranspose2d(4, 2, 3).stride(2).padding(1).outputPadding(1));
        layers.put(
                "conv_transpose2d groups",
                new ConvTranspose2d(4, 2, 2, 3)
                        .stride(3, 2)
                        .padding(0, 1)
                        .outputPadding(2, 0)
                        .groups(2)
                        .dilation(1, 2));
        layers.put(
                "conv_transpose2d dilation",
                new ConvTranspose2d(4, 2, 2)
                        .stride(1, 2)
                        .padding(1)
                        .outputPadding(2, 1)
                        .dilation(3, 2));
        layers.put("max_pool2d", new MaxPool2d(3).stride(2).padding(1));
        layers.put("max_pool2d ties", new MaxPool2d(3).stride(2).padding(1));
        layers.put(
                "max_pool2d dilation",
                new MaxPool2d(2, 3).stride(2, 1).padding(0, 1).dilation(2, 1));
        layers.put("avg_pool2d", new AveragePool2d(3, 2).stride(2).padding(1));
        layers.put(
                "avg_pool2d without padding",
                new AveragePool2d(3, 2).stride(2).padding(1).withoutCountingPadding());
        layers.put("adaptive_avg_pool2d", new AdaptiveAveragePool2d(3, 4));
        layers.put("adaptive_avg_pool2d to one", new AdaptiveAveragePool2d(1));
        layers.put("batch_norm of 4 dimensions", new BatchNorm(3));
        layers.put("batch_norm eval of 4 dimensions", new BatchNorm(3));
        layers.put("batch_norm of 2 dimensions", new BatchNorm(3));
        layers.put("batch_norm eval of 2 dimensions", new BatchNorm(3));
        layers.put("batch_norm of 3 dimensions", new BatchNorm(2));
        layers.put("batch_norm eval of 3 dimensions", new BatchNorm(2));
        layers.put("group_norm", new GroupNorm(3, 6));
        layers.put("leaky_relu", new LeakyReLU(0.2));
        layers.put("elu", new ELU());
        layers.put("softplus", new Softplus());
        layers.put("silu", new SiLU());
        return layers;
    }

    static Stream<String> names() {
        return TRIED.keySet().stream();
    }

    private static JsonNode functions() {
        return PyTorchTensors.pictures().get("functions");
    }

    @Test
    void everyFunctionOfTheFileIsTried() {
        assertThat(PyTorchTensors.names(functions())).containsExactlyInAnyOrderElementsOf(TRIED.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void agreesWithPyTorch(String name) {
        TRIED.get(name).compare(PyTorchTensors.named(functions(), name), folder);
    }
}
