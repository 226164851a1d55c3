package dev.baton.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.data.Characters;
import dev.baton.data.Standardizer;
import dev.baton.io.ModelFile;
import dev.baton.io.ModelInfo;
import dev.baton.nn.Embedding;
import dev.baton.nn.Flatten;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierTest {

    @TempDir
    private Path folder;

    private Path saved(Layer model, DType dtype, Shape example, Map<String, NDArray> weights, ModelInfo info) {
        Path file = folder.resolve("model.safetensors");
        try (var session = Session.open("reference", 1)) {
            session.addVariables(ForwardGraph.of(model, dtype, example));
            weights.forEach(session::set);
            ModelFile.save(session, model, dtype, example, file, info);
        }
        return file;
    }

    /** Logits (a, b) of what is shown. */
    private Path rows(ModelInfo info) {
        return saved(
                new Linear(2, 2).named("it"),
                DType.FLOAT32,
                Shape.of(2),
                Map.of("it.weight", NDArray.of(Shape.of(2, 2), 1, 0, 0, 1f), "it.bias", NDArray.of(Shape.of(2), 0, 0f)),
                info);
    }

    @Test
    void rowsAreStandardizedAndNamed() {
        ModelInfo info = ModelInfo.of()
                .labels("small", "large")
                .standardizer(Standardizer.of(new float[] {10, 100}, new float[] {2, 50}));
        try (var classifier = Classifier.load(rows(info), "reference")) {
            // Shown (1, -1): probabilities 1 / (1 + e^-2) and the rest.
            Answer answer = classifier.answer(12, 50);
            assertThat(answer.label()).isEqualTo("small");
            assertThat(answer.probability()).isCloseTo(1 / (1 + Math.exp(-2)), within(1e-6));
            assertThat(answer.all()).containsOnlyKeys("small", "large");
            assertThat(answer.all().get("large")).isCloseTo(1 / (1 + Math.exp(2)), within(1e-6));
            assertThat(answer).hasToString("small (0.881)");
            assertThat(classifier.answerShown(new float[] {0, 3}).label()).isEqualTo("large");
            assertThat(classifier.labels()).containsExactly("small", "large");
            assertThatThrownBy(() -> classifier.answer(1, 2, 3))
                    .isInstanceOf(DataException.class)
                    .hasMessage("a row has 2 values, not 3");
            assertThatThrownBy(() -> classifier.answer(1, Float.NaN))
                    .isInstanceOf(DataException.class)
                    .hasMessage("value 1 of the row is NaN, not a finite number");
            assertThatThrownBy(() -> classifier.answer("1, 2"))
                    .isInstanceOf(DataException.class)
                    .hasMessage("the model's file has no tokenizer, which makes tokens of a text: save it with "
                            + "ModelInfo.of().tokenizer(...)");
        }
    }

    @Test
    void withoutAnyInfoClassesHaveNumbers() {
        try (var classifier = Classifier.load(rows(ModelInfo.of()), "reference")) {
            assertThat(classifier.answer(1, 2).label()).isEqualTo("1");
            assertThatThrownBy(() -> classifier.answer(1))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("an example is float32[2], not 1 values of float32");
        }
    }

    @Test
    void logitsOfOthersStayAsTheyAre() {
        try (var classifier = Classifier.load(rows(ModelInfo.of()), "reference")) {
            float[] logits = {1, 3};
            Answer first = classifier.answerOf(logits);
            assertThat(logits).containsExactly(1, 3);
            assertThat(classifier.answerOf(logits)).isEqualTo(first);
            assertThat(first.probability()).isCloseTo(1 / (1 + Math.exp(-2)), within(1e-6));
        }
    }

    @Test
    void labelsThatAreTooFewAreSaid() {
        try (var classifier = Classifier.load(rows(ModelInfo.of().labels("only")), "reference")) {
            assertThatThrownBy(() -> classifier.answer(1, 2))
                    .isInstanceOf(DataException.class)
                    .hasMessage("the model gives 2 numbers for an example, but has the labels of 1 classes: only");
        }
    }

    /** Counts the letters a and b of three characters. */
    private Path texts(ModelInfo info) {
        return saved(
                Sequential.of(new Embedding(3, 2), new Flatten(), new Linear(6, 2)),
                DType.INT32,
                Shape.of(3),
                Map.of(
                        "0.weight", NDArray.of(Shape.of(3, 2), 0, 0, 1, 0, 0, 1f),
                        "2.weight", NDArray.of(Shape.of(6, 2), 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1f),
                        "2.bias", NDArray.of(Shape.of(2), 0, 0f)),
                info.labels("more a", "more b"));
    }

    @Test
    void textsBecomeTokensAndShortOnesAreFilledUp() {
        var info = ModelInfo.of().tokenizer(Characters.of(" ab"));
        try (var classifier = Classifier.load(texts(info.padding(0)), "reference")) {
            assertThat(classifier.answer("aab").label()).isEqualTo("more a");
            assertThat(classifier.answer("aab").probability()).isCloseTo(1 / (1 + Math.exp(-1)), within(1e-6));
            assertThat(classifier.answer("b").probability()).isCloseTo(1 / (1 + Math.exp(-1)), within(1e-6));
            assertThat(classifier.answer("b").label()).isEqualTo("more b");
            assertThat(classifier.answer("").probability()).isCloseTo(0.5, within(1e-6));
            assertThatThrownBy(() -> classifier.answer("abba"))
                    .isInstanceOf(DataException.class)
                    .hasMessage("the text has 4 tokens, and the model takes 3: shorten it");
            assertThatThrownBy(() -> classifier.answer("abc"))
                    .isInstanceOf(DataException.class)
                    .hasMessage("the text's alphabet of 3 characters has no 'c'");
            assertThatThrownBy(() -> classifier.answer(1, 2, 3))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("an example is int32[3], not 3 values of float32");
        }
        try (var classifier = Classifier.load(texts(info), "reference")) {
            assertThatThrownBy(() -> classifier.answer("a"))
                    .isInstanceOf(DataException.class)
                    .hasMessage(
                            "the text has 1 tokens, the model takes 3, and its file does not say which token stands "
                                    + "behind a short text");
        }
        try (var classifier = Classifier.load(texts(info.padding(7)), "reference")) {
            assertThatThrownBy(() -> classifier.answer("a"))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("position 1 is token 7 in 'inputs'; the table has 3 rows");
        }
        try (var classifier = Classifier.load(rows(info), "reference")) {
            assertThatThrownBy(() -> classifier.answer("ab"))
                    .isInstanceOf(DataException.class)
                    .hasMessage("the model takes float32[2], not the tokens of a text");
        }
    }
}
