package dev.baton.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.BytePairs;
import dev.baton.data.Characters;
import dev.baton.data.Standardizer;
import dev.baton.data.Tokenizer;
import dev.baton.infer.Predictor;
import dev.baton.nn.Linear;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelInfoTest {

    @TempDir
    private Path folder;

    private Path saved(ModelInfo info) {
        Path file = folder.resolve("model.safetensors");
        try (var session = Session.open("reference", 1)) {
            ModelFile.save(session, new Linear(2, 3).named("it"), DType.FLOAT32, Shape.of(2), file, info);
        }
        return file;
    }

    @Test
    void everythingComesBack() {
        var labels = List.of("Käse \"A\"", "line\nbreak", "\uD83D\uDC31");
        var standardizer = Standardizer.of(new float[] {0.1f, -1e-30f}, new float[] {Float.MIN_VALUE, 3e38f});
        var alphabet = Characters.of("zyx \n\"\\\uD83D\uDC31ä");
        Path file = saved(ModelInfo.of()
                .labels(labels)
                .standardizer(standardizer)
                .tokenizer(alphabet)
                .padding(2)
                .texts(Map.of("author", "somebody"))
                .texts(Map.of("table", "a,b")));
        try (var predictor = Predictor.load(file, "reference")) {
            ModelInfo info = predictor.info();
            assertThat(info.labels()).isEqualTo(labels);
            assertThat(info.standardizer()).contains(standardizer);
            Tokenizer tokenizer = info.tokenizer().orElseThrow();
            assertThat(tokenizer.size()).isEqualTo(9);
            assertThat(tokenizer.decode(tokenizer.encode("ä\uD83D\uDC31\n"))).isEqualTo("ä\uD83D\uDC31\n");
            assertThat(info.padding()).hasValue(2);
            assertThat(info.texts()).isEqualTo(Map.of("author", "somebody", "table", "a,b"));
            assertThat(predictor.exampleType()).isEqualTo(DType.FLOAT32);
            assertThat(predictor.exampleShape()).isEqualTo(Shape.of(2));
            assertThat(predictor
                            .predict(NDArray.zeros(DType.FLOAT32, Shape.of(5, 2)))
                            .shape())
                    .isEqualTo(Shape.of(5, 3));
        }
        assertThat(ModelFile.texts(file)).isEqualTo(Map.of("author", "somebody", "table", "a,b"));
    }

    @Test
    void pairsOfBytesComeBack() {
        BytePairs pairs = BytePairs.train("the cat sat on the mat, the rat sat on that cat", 290);
        Tokenizer read = ModelFile.info(saved(ModelInfo.of().tokenizer(pairs)))
                .tokenizer()
                .orElseThrow();
        assertThat(read.size()).isEqualTo(pairs.size()).isGreaterThan(256);
        assertThat(read.encode("the fat cat")).isEqualTo(pairs.encode("the fat cat"));
    }

    @Test
    void aFileWithoutAnySaysNothing() {
        ModelInfo info = ModelFile.info(saved(ModelInfo.of()));
        assertThat(info.labels()).isEmpty();
        assertThat(info.standardizer()).isEmpty();
        assertThat(info.tokenizer()).isEmpty();
        assertThat(info.padding()).isEmpty();
        assertThat(info.texts()).isEmpty();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> ModelInfo.of().labels("a", "b", "a"))
                .isInstanceOf(DataException.class)
                .hasMessage("a model has one class or more, each with a name of its own, not [a, b, a]");
        assertThatThrownBy(() -> ModelInfo.of().padding(-1)).hasMessage("no token is negative, as -1 is");
        assertThatThrownBy(() -> ModelInfo.of().texts(Map.of("baton.graph", "")))
                .hasMessage("a text that is saved with a model cannot be named 'baton.graph'");
        assertThatThrownBy(() -> ModelInfo.of().texts(Map.of("format", "")))
                .hasMessage("a text that is saved with a model cannot be named 'format'");
        var own = new Tokenizer() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public int[] encode(String text) {
                return new int[1];
            }

            @Override
            public String decode(int... tokens) {
                return "";
            }
        };
        assertThatThrownBy(() -> ModelInfo.of().tokenizer(own))
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith(" cannot be saved with a model: Characters and BytePairs can");
        var other = Standardizer.of(new float[3], new float[] {1, 1, 1});
        assertThatThrownBy(() -> saved(ModelInfo.of().standardizer(other)))
                .isInstanceOf(DataException.class)
                .hasMessage("the standardizer is one of rows of 3 values, but the model is shown float32[2]");
    }

    @Test
    void damagedTextsAreNamed() {
        refused("baton.labels", "{\"labels\":[1]}", "names of classes cannot be read: 'labels' is no list of texts");
        refused("baton.labels", "{\"labels\":[]}", "names of classes cannot be read: a model has one class or more, ");
        refused("baton.labels", "[", "names of classes cannot be read: the header is no valid JSON: ");
        refused("baton.standardizer", "{\"mean\":[\"x\"],\"deviation\":[\"1\"]}", "standardizer cannot be read: ");
        refused("baton.standardizer", "{\"mean\":[\"NaN\"],\"deviation\":[\"1\"]}", "standardizer cannot be read: ");
        refused("baton.tokenizer", "{\"alphabet\":\"\"}", "tokenizer cannot be read: the text is empty");
        refused(
                "baton.tokenizer",
                "{\"pairs\":[\"a\"]}",
                "tokenizer cannot be read: pairs, line 1 is no pair of tokens");
        refused("baton.tokenizer", "{\"words\":[]}", "tokenizer cannot be read: this Baton knows alphabets and pairs ");
        refused("baton.padding", "{\"token\":\"1\"}", "padding cannot be read: it has no token");
        refused("baton.padding", "{\"token\":4294967296}", "padding cannot be read: integer overflow");
    }

    private void refused(String name, String text, String message) {
        Path file = saved(ModelInfo.of());
        Safetensors.Contents contents = Safetensors.contents(file);
        var texts = new LinkedHashMap<>(contents.metadata());
        texts.put(name, text);
        Safetensors.write(file, contents.arrays(), texts);
        assertThatThrownBy(() -> Predictor.load(file, "reference"))
                .as(text)
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(file + ": its " + message);
    }
}
