package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.nn.Dropout;
import dev.baton.nn.Flatten;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.Linear;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.PositionalEmbedding;
import dev.baton.nn.ReLU;
import dev.baton.nn.Residual;
import dev.baton.nn.RotaryPositions;
import dev.baton.nn.Sequential;
import dev.baton.nn.Sigmoid;
import dev.baton.nn.SinusoidalPositions;
import dev.baton.nn.Tanh;
import dev.baton.nn.TransformerBlock;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Values and gradients of the layers that are neither of pictures alone nor of transformers alone against PyTorch's. Where
 * PyTorch has no such layer, the oracle has the paper's formula.
 */
class PyTorchLayersTest {

    static final Map<String, FunctionOracle> TRIED = tried();

    @TempDir
    private Path folder;

    private static Map<String, FunctionOracle> tried() {
        var tried = new LinkedHashMap<String, FunctionOracle>();
        tried.put("relu", FunctionOracle.of(new ReLU()));
        tried.put("sigmoid", FunctionOracle.of(new Sigmoid()));
        tried.put("tanh", FunctionOracle.of(new Tanh()));
        tried.put("dropout eval", FunctionOracle.inference(new Dropout(0.5)));
        tried.put("flatten", FunctionOracle.of(new Flatten()));
        tried.put("global average pool", FunctionOracle.of(new GlobalAveragePool()));
        tried.put("global average pool of lines", FunctionOracle.of(new GlobalAveragePool()));
        tried.put("linear", FunctionOracle.of(new Linear(7, 3)));
        tried.put("linear without bias", FunctionOracle.of(new Linear(7, 3).withoutBias()));
        tried.put("linear of sequences", FunctionOracle.of(new Linear(7, 3)));
        tried.put("linear to one", FunctionOracle.of(new Linear(7, 1)));
        tried.put("sequential", FunctionOracle.of(Sequential.of(new Linear(7, 4), new Tanh(), new Linear(4, 3))));
        tried.put("residual", FunctionOracle.of(new Residual(new Linear(7, 7))));
        tried.put(
                "residual with a shortcut",
                FunctionOracle.of(new Residual(
                        Sequential.of(new Linear(7, 4), new Tanh(), new Linear(4, 3)),
                        new Linear(7, 3).withoutBias())));
        tried.put("positional embedding", FunctionOracle.of(new PositionalEmbedding(7, 4)));
        tried.put("sinusoidal positions", FunctionOracle.of(new SinusoidalPositions()));
        tried.put("rotary positions", FunctionOracle.of(new RotaryPositions()));
        tried.put("rotary positions of neighbours", FunctionOracle.of(new RotaryPositions(100).ofNeighbours()));
        tried.put("multi-head attention causal", FunctionOracle.of(new MultiHeadAttention(8, 2).causal()));
        tried.put("multi-head attention without bias", FunctionOracle.of(new MultiHeadAttention(8, 4).withoutBias()));
        tried.put(
                "multi-head attention rotary",
                FunctionOracle.of(new MultiHeadAttention(8, 2).causal().rotary(new RotaryPositions())));
        tried.put("transformer block", FunctionOracle.of(new TransformerBlock(8, 2).hidden(12)));
        tried.put(
                "transformer block causal",
                FunctionOracle.of(new TransformerBlock(8, 2).hidden(12).causal()));
        return tried;
    }

    static Stream<String> names() {
        return TRIED.keySet().stream();
    }

    private static JsonNode functions() {
        return PyTorchTensors.layers().get("functions");
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
