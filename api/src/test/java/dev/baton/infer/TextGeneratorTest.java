package dev.baton.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.infer.WrittenText.End;
import dev.baton.io.ModelFile;
import dev.baton.io.Weights;
import dev.baton.nn.Embedding;
import dev.baton.nn.Initializers;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.RMSNorm;
import dev.baton.nn.Residual;
import dev.baton.nn.RotaryPositions;
import dev.baton.nn.Sequential;
import dev.baton.nn.SinusoidalPositions;
import dev.baton.nn.TransformerBlock;
import dev.baton.runtime.Session;
import dev.baton.train.Evaluation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text that is written with caches is the one that the whole model gives, asked again for each token. */
class TextGeneratorTest {

    private static final String BACKEND = System.getProperty("baton.test.backend", "reference");
    private static final int CONTEXT = 37;
    private static final int VOCABULARY = WritingModels.VOCABULARY;

    private static final Map<String, Supplier<Layer>> MODELS = Map.of(
            "gpt",
            () -> WritingModels.gpt(CONTEXT),
            "blocks",
            () -> WritingModels.blocks(CONTEXT),
            "waves",
            () -> Sequential.of(
                    new Embedding(VOCABULARY, 6),
                    new SinusoidalPositions(),
                    new TransformerBlock(6, 3).causal(),
                    new Linear(6, VOCABULARY)),
            "rotary",
            () -> Sequential.of(
                    new Embedding(VOCABULARY, 12),
                    new Residual(Sequential.of(new RMSNorm(12), rotary(new RotaryPositions()))),
                    new Residual(Sequential.of(new RMSNorm(12), rotary(new RotaryPositions(100).ofNeighbours()))),
                    new Linear(12, VOCABULARY)));

    @TempDir
    private Path folder;

    private static MultiHeadAttention rotary(RotaryPositions positions) {
        return new MultiHeadAttention(12, 3).causal().rotary(positions);
    }

    private static Session session(Layer model) {
        return WritingModels.session(BACKEND, model);
    }

    private static int[] prompt(int length, int seed) {
        return new Random(seed).ints(length, 0, VOCABULARY).toArray();
    }

    /** Token by token, each from a whole pass over all before it, as many as the model knows positions. */
    private static int[] expected(
            Evaluation evaluation, int[] prompt, Sampling sampling, SplittableRandom random, int count) {
        var sampler = new Sampler(sampling, random);
        int[] text = Arrays.copyOf(prompt, prompt.length + count);
        for (int known = prompt.length; known < text.length; known++) {
            int first = Math.max(0, known - CONTEXT);
            int[] window = Arrays.copyOfRange(text, first, first + CONTEXT);
            NDArray logits = evaluation.answers(NDArray.of(Shape.of(1, CONTEXT), window));
            var last = new float[VOCABULARY];
            logits.floats().get((known - first - 1) * VOCABULARY, last);
            text[known] = sampler.choose(last);
        }
        return Arrays.copyOfRange(text, prompt.length, text.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt", "blocks", "waves", "rotary"})
    void writesWhatTheModelWritesWithoutCaches(String name) {
        Layer model = MODELS.get(name).get();
        try (var session = session(model);
                var evaluation = Evaluation.of(session, model);
                var generator = TextGenerator.of(session, model, CONTEXT)) {
            for (Sampling sampling :
                    List.of(Sampling.greedy(), Sampling.of().topK(5).topP(0.9).seed(8))) {
                for (int length : new int[] {1, 2, 8, 9, 33, CONTEXT}) {
                    int[] prompt = prompt(length, length);
                    int room = CONTEXT - length + 1;
                    var random = new SplittableRandom(8).split();
                    assertThat(generator.generate(prompt, sampling.seed(8)))
                            .isEqualTo(new WrittenText(
                                    expected(evaluation, prompt, sampling, random, room), End.CONTEXT_FULL));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt", "blocks", "waves", "rotary"})
    void aSlidingWindowWritesOnWhereTheContextIsFull(String name) {
        Layer model = MODELS.get(name).get();
        try (var session = session(model);
                var evaluation = Evaluation.of(session, model);
                var generator = TextGenerator.of(session, model, CONTEXT)) {
            for (Sampling sampling : List.of(Sampling.greedy(), Sampling.of().topK(5))) {
                for (int length : new int[] {CONTEXT - 5, CONTEXT, CONTEXT + 1, 2 * CONTEXT + 3}) {
                    int[] prompt = prompt(length, length);
                    var random = new SplittableRandom(8).split();
                    assertThat(generator.generate(
                                    prompt, sampling.slidingWindow().seed(8).atMost(12)))
                            .isEqualTo(new WrittenText(expected(evaluation, prompt, sampling, random, 12), End.LENGTH));
                }
            }
        }
    }

    @Test
    void aTextThatWouldNeverEndIsNotBegun() {
        Layer model = WritingModels.gpt(CONTEXT);
        try (var session = session(model);
                var generator = TextGenerator.of(session, model)) {
            int[] prompt = prompt(3, 3);
            assertThatThrownBy(
                            () -> generator.generate(prompt, Sampling.greedy().slidingWindow()))
                    .isInstanceOf(BatonException.class)
                    .hasMessageContaining("say where it ends");
            assertThat(generator
                            .generate(prompt, Sampling.greedy().slidingWindow(), token -> false)
                            .end())
                    .isEqualTo(End.LISTENER);
        }
    }

    /** Some have slid for long, others begin to, and others end before. */
    @Test
    void severalTextsSlideEachFromItsOwnLength() {
        Layer model = WritingModels.gpt(CONTEXT);
        try (var session = session(model);
                var evaluation = Evaluation.of(session, model);
                var generator = TextGenerator.of(session, model)) {
            var sampling = Sampling.of().seed(7).slidingWindow().atMost(17);
            var prompts = new ArrayList<int[]>();
            for (int length : new int[] {CONTEXT + 20, 1, CONTEXT - 3, CONTEXT - 10, CONTEXT}) {
                prompts.add(prompt(length, length));
            }
            var random = new SplittableRandom(7);
            List<int[]> expected = prompts.stream()
                    .map(prompt -> expected(evaluation, prompt, sampling, random.split(), 17))
                    .toList();
            List<WrittenText> texts = generator.generate(prompts, sampling);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(texts.get(i)).as("text %d", i).isEqualTo(new WrittenText(expected.get(i), End.LENGTH));
            }
            var counts = new int[prompts.size()];
            int[] most = {3, 17, 5, 14, 8};
            texts = generator.generate(prompts, sampling, (number, token) -> ++counts[number] < most[number]);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(texts.get(i).tokens())
                        .as("text %d", i)
                        .containsExactly(Arrays.copyOf(expected.get(i), most[i]));
            }
            // Nothing is left of windows in the caches.
            assertThat(generator.generate(prompts.get(1), Sampling.greedy()).end())
                    .isEqualTo(End.CONTEXT_FULL);
        }
    }

    @Test
    void promptsOfAnyLengthsAreAnsweredEachByItself() {
        Layer model = WritingModels.gpt(CONTEXT);
        try (var session = session(model);
                var evaluation = Evaluation.of(session, model);
                var generator = TextGenerator.of(session, model)) {
            var sampling = Sampling.of().temperature(1.3).seed(-4);
            for (int count : new int[] {5, 1, 3, 6}) {
                var prompts = new ArrayList<int[]>();
                for (int i = 0; i < count; i++) {
                    prompts.add(prompt(1 + i * 7 % CONTEXT, i));
                }
                List<WrittenText> texts = generator.generate(prompts, sampling);
                var random = new SplittableRandom(-4);
                for (int i = 0; i < count; i++) {
                    int room = CONTEXT - prompts.get(i).length + 1;
                    assertThat(texts.get(i).tokens())
                            .as("text %d of %d", i, count)
                            .containsExactly(expected(evaluation, prompts.get(i), sampling, random.split(), room));
                }
            }
        }
    }

    @Test
    void endsForTheReasonsThatItGives() {
        Layer model = WritingModels.gpt(CONTEXT);
        try (var session = session(model);
                var generator = TextGenerator.of(session, model)) {
            int[] whole =
                    generator.generate(prompt(4, 1), Sampling.of().seed(2)).tokens();
            assertThat(generator.generate(prompt(4, 1), Sampling.of().seed(2).atMost(3)))
                    .isEqualTo(new WrittenText(Arrays.copyOf(whole, 3), End.LENGTH));
            int stop = whole[20];
            int first = firstOf(whole, stop);
            var told = new ArrayList<Integer>();
            assertThat(generator.generate(prompt(4, 1), Sampling.of().seed(2).stop(99, stop), token -> told.add(token)))
                    .isEqualTo(new WrittenText(Arrays.copyOf(whole, first), End.STOP_TOKEN));
            assertThat(told).hasSize(first);
            told.clear();
            assertThat(generator.generate(
                            prompt(4, 1), Sampling.of().seed(2), token -> told.add(token) && told.size() < 7))
                    .isEqualTo(new WrittenText(Arrays.copyOf(whole, 7), End.LISTENER));
            // One of several ends first; the others go on as if it had not been there.
            List<WrittenText> two = generator.generate(
                    List.of(prompt(4, 1), prompt(4, 1)), Sampling.of().seed(2), (number, token) -> number == 1);
            assertThat(two.get(0)).isEqualTo(new WrittenText(Arrays.copyOf(whole, 1), End.LISTENER));
            assertThat(two.get(1).tokens()).hasSize(CONTEXT - 3);
        }
    }

    private static int firstOf(int[] tokens, int wanted) {
        int index = 0;
        while (tokens[index] != wanted) {
            index++;
        }
        return index;
    }

    @Test
    void aListenerThatFailsHarmsNoLaterText() {
        Layer model = WritingModels.gpt(CONTEXT);
        try (var session = session(model);
                var generator = TextGenerator.of(session, model)) {
            WrittenText before = generator.generate(prompt(4, 1), Sampling.greedy());
            assertThatThrownBy(() -> generator.generate(prompt(9, 2), Sampling.greedy(), token -> {
                        throw new IllegalStateException("no paper");
                    }))
                    .hasMessage("no paper");
            assertThatThrownBy(() -> generator.generate(prompt(9, 2), Sampling.greedy(), token -> {
                        generator.generate(prompt(4, 1), Sampling.greedy());
                        return true;
                    }))
                    .isInstanceOf(StateException.class)
                    .hasMessage("who is told of the tokens of a text cannot write another text before it has ended");
            assertThatThrownBy(() -> generator.generate(prompt(9, 2), Sampling.greedy(), token -> {
                        generator.close();
                        return true;
                    }))
                    .isInstanceOf(StateException.class)
                    .hasMessage("who is told of the tokens of a text cannot close its generator before it has ended");
            assertThat(generator.generate(prompt(4, 1), Sampling.greedy())).isEqualTo(before);
        }
    }

    @Test
    void manyThreadsTakeTurns() throws Exception {
        Layer model = WritingModels.gpt(CONTEXT);
        var threads = Executors.newFixedThreadPool(4);
        try (var session = session(model);
                var generator = TextGenerator.of(session, model)) {
            WrittenText alone = generator.generate(prompt(4, 1), Sampling.of());
            var calls = threads.invokeAll(
                    java.util.Collections.nCopies(12, () -> generator.generate(prompt(4, 1), Sampling.of())));
            for (var call : calls) {
                assertThat(call.get()).isEqualTo(alone);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void keepsTheWeightsItWasMadeWith() {
        Layer model = WritingModels.gpt(CONTEXT);
        var session = session(model);
        try (var generator = TextGenerator.of(session, model)) {
            WrittenText before = generator.generate(prompt(4, 1), Sampling.greedy());
            session.set("wte.weight", NDArray.zeros(DType.FLOAT32, Shape.of(VOCABULARY, 8)));
            session.close();
            assertThat(generator.generate(prompt(4, 1), Sampling.greedy())).isEqualTo(before);
        }
    }

    @Test
    void whatNobodyCanGoOnWithIsRefused() {
        Layer model = WritingModels.gpt(5);
        try (var session = session(model)) {
            var generator = TextGenerator.of(session, model);
            assertThat(generator.context()).isEqualTo(5);
            assertThat(generator.vocabulary()).isEqualTo(VOCABULARY);
            refused(generator, List.of(), "there is no prompt to go on with");
            refused(generator, List.of(new int[0]), "the prompt is empty: a text goes on from at least one token");
            refused(
                    generator,
                    List.of(new int[1], new int[6]),
                    "prompt 1 has 6 tokens, the context 5: leave out its beginning, or take a sliding window");
            refused(
                    generator,
                    List.of(new int[] {0, VOCABULARY}),
                    "the prompt has token 11 at position 1; tokens are 0 to 10");
            refused(generator, List.of(new int[] {-1}), "the prompt has token -1 at position 0; tokens are 0 to 10");
            generator.close();
            generator.close();
            assertThatThrownBy(() -> generator.generate(new int[] {1}, Sampling.of()))
                    .isInstanceOf(StateException.class)
                    .hasMessageMatching("the text generator opened at TextGeneratorTest.java:\\d+ is closed");
            assertThatThrownBy(() -> TextGenerator.of(session, model, 0))
                    .isInstanceOf(BatonException.class)
                    .hasMessage("a text has at least one position, not 0");
            assertThatThrownBy(() -> TextGenerator.of(session, model, 6))
                    .isInstanceOf(BatonException.class)
                    .hasMessage("Gpt(2 layers, 2 heads, width 8) knows 5 positions; a text cannot have 6");
        }
    }

    private static void refused(TextGenerator generator, List<int[]> prompts, String message) {
        assertThatThrownBy(() -> generator.generate(prompts, Sampling.greedy()))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
    }

    @Test
    void weightsThatAreNotFiniteAreToldOf() {
        Layer model = WritingModels.gpt(5);
        try (var session = session(model)) {
            session.set("ln_f.bias", NDArray.of(new float[] {1, 2, Float.NaN, 4, 5, 6, 7, 8}));
            try (var generator = TextGenerator.of(session, model)) {
                assertThatThrownBy(() -> generator.generate(new int[] {1}, Sampling.greedy()))
                        .isInstanceOf(DataException.class)
                        .hasMessageStartingWith("the logit of token 0 is NaN");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt", "blocks", "waves", "rotary"})
    void aFileAloneWrites(String name) {
        Layer model = MODELS.get(name).get();
        Path file = folder.resolve("model.baton");
        WrittenText written;
        try (var session = session(model)) {
            ModelFile.save(session, model, DType.INT32, Shape.of(CONTEXT), file);
            try (var generator = TextGenerator.of(session, model, CONTEXT)) {
                written = generator.generate(prompt(9, 1), Sampling.of());
            }
        }
        try (var generator = TextGenerator.load(file, BACKEND)) {
            assertThat(generator.context()).isEqualTo(CONTEXT);
            assertThat(generator.generate(prompt(9, 1), Sampling.of())).isEqualTo(written);
        }
        assertThat(ModelFile.texts(file)).isEmpty();
        try (var predictor = Predictor.load(file, BACKEND)) {
            assertThat(predictor
                            .predict(NDArray.of(Shape.of(1, CONTEXT), new int[CONTEXT]))
                            .shape())
                    .isEqualTo(Shape.of(1, CONTEXT, VOCABULARY));
        }
    }

    @Test
    void aFileOfAnotherModelIsRefused() {
        Path file = folder.resolve("model.baton");
        Layer model = Sequential.of(
                new Embedding(VOCABULARY, 8, Initializers.normal(1)),
                new TransformerBlock(8, 2),
                new Linear(8, VOCABULARY));
        try (var session = session(model)) {
            ModelFile.save(session, model, DType.INT32, Shape.of(CONTEXT), file);
            assertThatThrownBy(() -> TextGenerator.load(file, BACKEND))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("model.baton: it holds no model that writes text");
            Weights.save(session, model, file);
            assertThatThrownBy(() -> TextGenerator.load(file, BACKEND))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("model.baton: it holds no model that writes text");
        }
    }
}
