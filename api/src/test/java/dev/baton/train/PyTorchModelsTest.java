package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.io.Safetensors;
import dev.baton.io.Weights;
import dev.baton.model.ResNet;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerVariable;
import dev.baton.nn.Parameter;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers of ready models, with weights from a file as torchvision would write it, against PyTorch's. */
class PyTorchModelsTest {

    private static final Map<String, Supplier<Layer>> MODELS = Map.of(
            "cifar32", () -> ResNet.cifar32(10),
            "cifar56", () -> ResNet.cifar56(10),
            "resNet18", () -> ResNet.resNet18(10),
            "resNet34", () -> ResNet.resNet34(10),
            "resNet50", () -> ResNet.resNet50(10));

    @TempDir
    private Path folder;

    private static JsonNode networks() {
        return PyTorchTensors.pictures().get("resNets");
    }

    @Test
    void everyModelOfTheFileIsTried() {
        assertThat(PyTorchTensors.names(networks())).containsExactlyInAnyOrderElementsOf(MODELS.keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar32", "cifar56", "resNet18", "resNet34", "resNet50"})
    void answersAgree(String name) {
        JsonNode network = PyTorchTensors.named(networks(), name);
        NDArray inputs = PyTorchTensors.operand(network.get("inputs"), 0);
        Layer model = MODELS.get(name).get();
        Path file = folder.resolve("weights.safetensors");
        Safetensors.write(file, saved(model), Map.of("format", "pt"));
        try (var session = Session.open(System.getProperty("baton.test.backend", "reference"))) {
            Weights.load(session, model, file);
            PyTorchTensors.compare(
                    network.get("answers"),
                    Answers.inDouble(model, inputs, Answers.variables(session, model)),
                    Answers.of(session, model, inputs));
        }
    }

    /** The stream of a tensor is the hash code of its name. */
    private static Map<String, NDArray> saved(Layer model) {
        var arrays = new LinkedHashMap<String, NDArray>();
        for (LayerVariable variable : model.variables()) {
            String name = variable.name();
            Shape shape = inFiles(variable);
            boolean convolution = shape.rank() == 4;
            long terms = convolution ? shape.size() / shape.size(0) : 0;
            int bound = convolution ? (int) Math.floor(4096 * Math.sqrt(6.0 / terms)) : 410;
            boolean aroundOne = shape.rank() == 1 && (name.endsWith("weight") || name.endsWith("var"));
            float[] values = PyTorchTensors.values(name.hashCode(), bound, 4096, aroundOne ? 1 : 0, shape.size());
            arrays.put(name, NDArray.of(shape, values));
        }
        return arrays;
    }

    private static Shape inFiles(LayerVariable variable) {
        Shape shape = variable.shape();
        boolean transposed =
                variable instanceof Parameter parameter && parameter.layout() == Parameter.FileLayout.TRANSPOSED;
        return transposed ? Shape.of(shape.size(1), shape.size(0)) : shape;
    }
}
