package dev.baton.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.infer.Predictor;
import dev.baton.infer.Sampling;
import dev.baton.infer.TextGenerator;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Embedding;
import dev.baton.nn.Flatten;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerNorm;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.PositionalEmbedding;
import dev.baton.nn.ReLU;
import dev.baton.nn.RotaryPositions;
import dev.baton.nn.Sequential;
import dev.baton.nn.TransformerBlock;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that somebody made to do harm: they answer, or an exception of ours says why not; nothing else happens. */
class HostileModelTest {

    private static final int TRIES = 1500;
    private static final Pattern PART = Pattern.compile("\\d+|\"[a-z ]+\"");
    private static final List<String> NUMBERS =
            List.of("0", "1", "2", "3", "7", "65536", "2147483647", "2147483648", "4611686018427387904");

    @TempDir
    private Path folder;

    private static Layer pictures() {
        return Sequential.of(
                new Conv2d(1, 2, 3).padding(1), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(8, 3));
    }

    private static Layer sequences() {
        return Sequential.of(new LayerNorm(4), new MultiHeadAttention(4, 2).causal(), new Linear(4, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pictures", "sequences"})
    void changedModelsAnswerOrAreRefused(String kind) {
        boolean isPicture = kind.equals("pictures");
        Shape example = isPicture ? Shape.of(1, 4, 4) : Shape.of(3, 4);
        Path file = folder.resolve("model.safetensors");
        try (var session = Session.open("reference")) {
            ModelFile.save(session, isPicture ? pictures() : sequences(), DType.FLOAT32, example, file);
        }
        Safetensors.Contents contents = Safetensors.contents(file);
        String text = contents.metadata().get("baton.graph");
        NDArray examples = NDArray.zeros(DType.FLOAT32, isPicture ? Shape.of(2, 1, 4, 4) : Shape.of(2, 3, 4));
        var random = new SplittableRandom(11);
        int answered = 0;
        for (int i = 0; i < TRIES; i++) {
            String changed = changed(text, random);
            Safetensors.write(file, contents.arrays(), Map.of("baton.graph", changed));
            try (var predictor = Predictor.load(file, "reference")) {
                assertThat(predictor.predict(examples)).isNotNull();
                answered++;
            } catch (BatonException e) {
                assertThat(e.getMessage()).as(changed).isNotBlank();
            } catch (Throwable e) {
                throw new AssertionError("a file brought about " + e + ": " + changed, e);
            }
        }
        assertThat(answered).isBetween(1, TRIES / 2);
    }

    @Test
    void changedModelsOfTextsWriteOrAreRefused() {
        Path file = folder.resolve("model.safetensors");
        Layer model = Sequential.of(
                new Embedding(5, 4),
                new PositionalEmbedding(6, 4),
                new MultiHeadAttention(4, 2).causal().rotary(new RotaryPositions()),
                new TransformerBlock(4, 2).hidden(3).causal(),
                new Linear(4, 5));
        try (var session = Session.open("reference")) {
            ModelFile.save(session, model, DType.INT32, Shape.of(6), file);
        }
        Safetensors.Contents contents = Safetensors.contents(file);
        String text = contents.metadata().get("baton.decoding");
        var random = new SplittableRandom(11);
        int written = 0;
        for (int i = 0; i < TRIES; i++) {
            String changed = changed(text, random);
            Safetensors.write(
                    file,
                    contents.arrays(),
                    Map.of("baton.decoding", changed, "baton.context", i % 9 == 0 ? "7" : "6"));
            try (var generator = TextGenerator.load(file, "reference")) {
                assertThat(generator.generate(List.of(new int[1], new int[3]), Sampling.greedy()))
                        .hasSize(2);
                written++;
            } catch (BatonException e) {
                assertThat(e.getMessage()).as(changed).isNotBlank();
            } catch (Throwable e) {
                throw new AssertionError("a file brought about " + e + ": " + changed, e);
            }
        }
        assertThat(written).isBetween(1, TRIES / 2);
    }

    /** A number or a word is another one. */
    private static String changed(String text, SplittableRandom random) {
        var parts = new ArrayList<MatchResult>(PART.matcher(text).results().toList());
        MatchResult one = parts.get(random.nextInt(parts.size()));
        boolean isNumber = Character.isDigit(one.group().charAt(0));
        String other = isNumber
                ? NUMBERS.get(random.nextInt(NUMBERS.size()))
                : parts.get(random.nextInt(parts.size())).group();
        return text.substring(0, one.start()) + other + text.substring(one.end());
    }
}
