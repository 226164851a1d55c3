package dev.baton.infer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.QuantizedProduct;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.Primitive;
import dev.baton.infer.WrittenText.End;
import dev.baton.io.ModelFile;
import dev.baton.loss.Losses;
import dev.baton.nn.Embedding;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.RMSNorm;
import dev.baton.nn.Residual;
import dev.baton.nn.RotaryPositions;
import dev.baton.nn.Sequential;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model of bytes writes with caches what its own whole passes say comes next. */
class QuantizedTextTest {

    private static final String BACKEND = System.getProperty("baton.test.backend", "reference");
    private static final int CONTEXT = 21;
    private static final int VOCABULARY = WritingModels.VOCABULARY;

    private static final Map<String, Supplier<Layer>> MODELS = Map.of(
            "gpt",
            () -> WritingModels.gpt(CONTEXT),
            "blocks",
            () -> WritingModels.blocks(CONTEXT),
            "rotary",
            () -> Sequential.of(
                    new Embedding(VOCABULARY, 12),
                    new Residual(Sequential.of(
                            new RMSNorm(12),
                            new MultiHeadAttention(12, 3).causal().rotary(new RotaryPositions()))),
                    new Linear(12, VOCABULARY)));

    @TempDir
    private Path folder;

    private static NDArray tokens(int count) {
        int[] random =
                new Random(count).ints((long) count * CONTEXT, 0, VOCABULARY).toArray();
        return NDArray.of(Shape.of(count, CONTEXT), random);
    }

    private Path quantized(Layer model) {
        Path file = folder.resolve("int8.baton");
        try (var session = WritingModels.session(BACKEND, model)) {
            var batches = List.of(new Batch(tokens(6), tokens(6)));
            Quantization.of(session, model)
                    .calibration(batches)
                    .test(batches, Losses.crossEntropy())
                    .int8(file);
        }
        return file;
    }

    /** Token by token, each the likeliest after a whole pass over all before it. */
    private static int[] expected(Predictor predictor, int[] prompt) {
        int[] text = Arrays.copyOf(prompt, CONTEXT + 1);
        for (int known = prompt.length; known < text.length; known++) {
            float[] logits = predictor.predict(Arrays.copyOf(text, CONTEXT));
            int at = (known - 1) * VOCABULARY;
            int best = 0;
            for (int token = 1; token < VOCABULARY; token++) {
                best = logits[at + token] > logits[at + best] ? token : best;
            }
            text[known] = best;
        }
        return Arrays.copyOfRange(text, prompt.length, text.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt", "blocks", "rotary"})
    void writesWhatItsWholePassesSay(String name) {
        Path file = quantized(MODELS.get(name).get());
        try (var predictor = Predictor.load(file, BACKEND);
                var generator = TextGenerator.load(file, BACKEND)) {
            assertThat(generator.context()).isEqualTo(CONTEXT);
            var prompts = new ArrayList<int[]>();
            for (int length : new int[] {1, 2, 8, 9, 17, CONTEXT}) {
                prompts.add(new Random(length).ints(length, 0, VOCABULARY).toArray());
            }
            for (int[] prompt : prompts) {
                assertThat(generator.generate(prompt, Sampling.greedy()))
                        .isEqualTo(new WrittenText(expected(predictor, prompt), End.CONTEXT_FULL));
            }
            List<WrittenText> together = generator.generate(prompts, Sampling.greedy());
            for (int i = 0; i < prompts.size(); i++) {
                assertThat(together.get(i).tokens()).isEqualTo(expected(predictor, prompts.get(i)));
            }
        }
    }

    @Test
    void theWeightsThatWriteAreBytes() {
        Layer model = MODELS.get("gpt").get();
        Path file = quantized(model);
        try (var session = Session.open("reference", 0)) {
            Graph graph = ModelFile.loadDecoding(session, file).graph();
            assertThat(graph.nodes().stream().filter(node -> node.operation() == QuantizedProduct.LINEAR))
                    .hasSize(9);
            assertThat(graph.nodes().stream().filter(node -> node.is(Primitive.MATMUL)))
                    .isEmpty();
        }
    }
}
