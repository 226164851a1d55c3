package dev.baton.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.nn.*;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer gives the same in ONNX Runtime. */
class ExportedLayersTest {

    private static final Shape PICTURE = Shape.of(4, 9, 7);
    private static final Shape SEQUENCE = Shape.of(5, 8);

    @TempDir
    Path folder;

    /** A layer with what it is shown. */
    record Case(Layer layer, DType dtype, Shape example) {

        @Override
        public String toString() {
            return layer + " of " + example;
        }
    }

    private static Case of(Layer layer, Shape example) {
        return new Case(layer, DType.FLOAT32, example);
    }

    static List<Case> cases() {
        return List.of(
                of(new AdaptiveAveragePool2d(4, 3), PICTURE),
                of(new AveragePool2d(3, 2).stride(2), PICTURE),
                of(new AveragePool2d(3).stride(2).padding(1), PICTURE),
                of(new AveragePool2d(3).stride(2).padding(1).withoutCountingPadding(), PICTURE),
                of(new BatchNorm(4), PICTURE),
                of(new BatchNorm(5).epsilon(0.1), Shape.of(5)),
                of(new Conv1d(4, 6, 3).stride(2).padding(1), Shape.of(4, 11)),
                of(new Conv1d(4, 6, 3).dilation(2).groups(2).withoutBias(), Shape.of(4, 11)),
                of(new Conv2d(4, 6, 3, 2).stride(2, 1).padding(2, 1), PICTURE),
                of(new Conv2d(4, 8, 3).dilation(2).groups(2).withoutBias(), PICTURE),
                of(new ConvTranspose2d(4, 6, 3).stride(2).padding(1).outputPadding(1), PICTURE),
                of(
                        new ConvTranspose2d(4, 6, 3, 2)
                                .stride(2, 3)
                                .groups(2)
                                .dilation(2, 1)
                                .withoutBias(),
                        PICTURE),
                of(new Dropout(0.5), SEQUENCE),
                of(new ELU(), SEQUENCE),
                new Case(new Embedding(50, 6), DType.INT32, Shape.of(7)),
                of(new Flatten(), PICTURE),
                of(new GELU(), SEQUENCE),
                of(new GELU(GELU.Form.TANH), SEQUENCE),
                of(new GRU(8, 6), SEQUENCE),
                of(new GRU(8, 6, RecurrentLayers.of(2).bidirectional()), SEQUENCE),
                of(new GlobalAveragePool(), PICTURE),
                of(new GroupNorm(2, 4), PICTURE),
                of(new LSTM(8, 6), SEQUENCE),
                of(new LSTM(8, 6, RecurrentLayers.of(2).bidirectional()), SEQUENCE),
                of(new LayerNorm(8), SEQUENCE),
                of(new LayerNorm(Shape.of(5, 8)).withoutBias(), SEQUENCE),
                of(new LeakyReLU(), SEQUENCE),
                of(new Linear(8, 3), SEQUENCE),
                of(new Linear(8, 3).withoutBias(), SEQUENCE),
                of(new MaxPool2d(3, 2).stride(2, 1).padding(1), PICTURE),
                of(new MaxPool2d(2).dilation(2), PICTURE),
                of(new MultiHeadAttention(8, 2), SEQUENCE),
                of(new MultiHeadAttention(8, 2).causal().rotary(new RotaryPositions()), SEQUENCE),
                of(new PositionalEmbedding(9, 8), SEQUENCE),
                of(new RMSNorm(8), SEQUENCE),
                of(new ReLU(), SEQUENCE),
                of(new Residual(new Linear(8, 8)), SEQUENCE),
                of(new Residual(new Linear(8, 3), new Linear(8, 3)), SEQUENCE),
                of(new RotaryPositions(), Shape.of(5, 2, 8)),
                of(new RotaryPositions().ofNeighbours(), Shape.of(5, 2, 8)),
                of(Sequential.of(new Linear(8, 8), new Tanh()), SEQUENCE),
                of(new SiLU(), SEQUENCE),
                of(new Sigmoid(), SEQUENCE),
                of(new SinusoidalPositions(), SEQUENCE),
                of(new Softmax(-1), SEQUENCE),
                of(new Softplus(), SEQUENCE),
                of(new Tanh(), SEQUENCE),
                of(new TransformerBlock(8, 2), SEQUENCE),
                of(new TransformerBlock(8, 2).causal().hidden(12), SEQUENCE));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesTheSame(Case layer) {
        ExportTest.check(layer.layer(), layer.dtype(), layer.example(), 50, folder.resolve("layer.onnx"));
    }

    @Test
    void noLayerIsLeftOut() throws IOException {
        Set<String> tested = new HashSet<>();
        cases().forEach(one -> tested.add(one.layer().getClass().getSimpleName()));
        Path sources = Path.of("..", "api", "src", "main", "java", "dev", "baton", "nn");
        try (var files = Files.list(sources)) {
            var layers = files.filter(file -> isLayer(file))
                    .map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
            assertThat(layers).hasSizeGreaterThan(20);
            assertThat(tested).containsAll(layers);
        }
    }

    private static boolean isLayer(Path file) {
        try {
            return Files.readString(file).matches("(?s).*public (final )?class \\w+ extends (Layer|Recurrent) .*");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
