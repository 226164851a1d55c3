package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.Shape;
import dev.baton.nn.Embedding;
import dev.baton.nn.GELU;
import dev.baton.nn.LayerNorm;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.RMSNorm;
import dev.baton.nn.Softmax;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients of what transformers are made of against PyTorch's; weights come from a file as PyTorch has them. */
class PyTorchTransformersTest {

    static final Map<String, FunctionOracle> TRIED = tried();

    @TempDir
    private Path folder;

    private static FunctionOracle attention(Function<Map<String, Tensor>, Attention> options) {
        return FunctionOracle.of(in -> options.apply(in).of(in.get("q"), in.get("k"), in.get("v")));
    }

    private static Map<String, FunctionOracle> tried() {
        var tried = new LinkedHashMap<String, FunctionOracle>();
        tried.put("layer_norm", FunctionOracle.of(new LayerNorm(7)));
        tried.put(
                "layer_norm without bias",
                FunctionOracle.of(new LayerNorm(7).withoutBias().epsilon(0.1)));
        tried.put("layer_norm of two dimensions", FunctionOracle.of(new LayerNorm(Shape.of(3, 7))));
        tried.put("layer_norm of many rows", FunctionOracle.of(new LayerNorm(5)));
        tried.put("rms_norm", FunctionOracle.of(new RMSNorm(7)));
        tried.put("rms_norm of two dimensions", FunctionOracle.of(new RMSNorm(Shape.of(3, 7)).epsilon(0.1)));
        tried.put("gelu", FunctionOracle.of(new GELU()));
        tried.put("gelu tanh", FunctionOracle.of(new GELU(GELU.Form.TANH)));
        for (int axis = 0; axis < 3; axis++) {
            int along = axis;
            tried.put("softmax " + axis, FunctionOracle.of(new Softmax(axis)));
            tried.put("log_softmax " + axis, FunctionOracle.of(in -> in.get("x").logSoftmax(along)));
        }
        tried.put("embedding", FunctionOracle.of(new Embedding(6, 5)));
        tried.put("attention", attention(in -> Attention.full()));
        tried.put("attention causal", attention(in -> Attention.causal()));
        tried.put("attention scale", attention(in -> Attention.full().scale(1.5)));
        tried.put("attention mask", attention(in -> Attention.full().mask(in.get("mask"))));
        tried.put("attention shared mask", attention(in -> Attention.full().mask(in.get("mask"))));
        tried.put("multi-head attention", FunctionOracle.of(new MultiHeadAttention(8, 2)));
        var other = new MultiHeadAttention(8, 2);
        tried.put(
                "multi-head attention to another sequence",
                FunctionOracle.of(
                        other, in -> other.forward(in.get("x"), in.get("keys"), in.get("keys"), Attention.full())));
        return tried;
    }

    static Stream<String> names() {
        return TRIED.keySet().stream();
    }

    private static JsonNode functions() {
        return PyTorchTensors.transformers().get("functions");
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
