package dev.baton.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.infer.Predictor;
import dev.baton.infer.Sampling;
import dev.baton.infer.TextGenerator;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.runtime.Session;
import dev.baton.train.Epochs;
import dev.baton.train.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that earlier versions wrote are read, and give what their numbers say: computed by hand, or by today's layers in the
 * reference interpreter with weights that are known ({@link EarlierFiles}). A change that breaks these files breaks those of users.
 */
class EarlierFilesTest {

    @TempDir
    private Path folder;

    private Path file(String version, String name) throws IOException {
        Path file = folder.resolve(name);
        try (var saved = getClass().getResourceAsStream("files-" + version + "/" + name)) {
            Files.copy(saved, file);
        }
        return file;
    }

    private static double[] answers(Layer model, NDArray shown) {
        try (var session = EarlierFiles.session(model, shown);
                var evaluation = Evaluation.of(session, model)) {
            return doubles(evaluation.answers(shown));
        }
    }

    private static double[] doubles(NDArray array) {
        var values = new double[array.size()];
        Arrays.setAll(values, array::get);
        return values;
    }

    /** Each of the answers, of a share of the largest one off at most. */
    private static void answers(Path file, NDArray shown, double[] right, double share) {
        double largest = Arrays.stream(right).map(Math::abs).max().orElseThrow();
        try (var predictor = Predictor.load(file, "reference")) {
            assertThat(doubles(predictor.predict(shown))).containsExactly(right, offset(share * largest));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void weights(String version) throws IOException {
        Layer model = EarlierFiles.rows();
        NDArray shown = NDArray.of(Shape.of(1, 2), new float[] {4, -2});
        try (var session = Session.open("reference", 5)) {
            Weights.load(session, model, file(version, EarlierFiles.WEIGHTS));
            try (var evaluation = Evaluation.of(session, model)) {
                assertThat(doubles(evaluation.answers(shown))).containsExactly(line(4, -2));
            }
        }
    }

    /** The weights [2, 3] and the biases of the layer, one by one. */
    private static double[] line(double first, double second) {
        Layer model = EarlierFiles.rows();
        try (var session = EarlierFiles.session(model, NDArray.zeros(DType.FLOAT32, Shape.of(1, 2)))) {
            double[] weight = doubles(session.value("rows.weight"));
            double[] bias = doubles(session.value("rows.bias"));
            var sums = new double[3];
            Arrays.setAll(sums, i -> first * weight[i] + second * weight[3 + i] + bias[i]);
            return sums;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void aModelOfRowsWithItsLabels(String version) throws IOException {
        Path file = file(version, EarlierFiles.ROWS);
        answers(file, NDArray.of(Shape.of(1, 2), new float[] {4, -2}), line(4, -2), 0);
        ModelInfo info = ModelFile.info(file);
        assertThat(info.labels()).containsExactly("a", "b", "c");
        var row = new float[] {9, -1};
        assertThat(info.standardizer().orElseThrow().apply(row)).containsExactly(2, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void aModelOfPictures(String version) throws IOException {
        NDArray shown = EarlierFiles.picturesShown();
        double[] right = answers(EarlierFiles.pictures(), shown);
        answers(file(version, EarlierFiles.PICTURES), shown, right, 1e-6);
        // Two roundings to 1/255 of a range in each of two layers.
        answers(file(version, EarlierFiles.PICTURES_INT8), shown, right, 0.03);
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void aModelThatWritesText(String version) throws IOException {
        NDArray shown = EarlierFiles.textsShown();
        double[] right = answers(EarlierFiles.text(), shown);
        answers(file(version, EarlierFiles.TEXT), shown, right, 1e-6);
        answers(file(version, EarlierFiles.TEXT_INT8), shown, right, 0.08);
        writes(folder.resolve(EarlierFiles.TEXT));
        writes(folder.resolve(EarlierFiles.TEXT_INT8));
    }

    /** With caches what whole passes say. */
    private static void writes(Path file) {
        var tokenizer = ModelFile.info(file).tokenizer().orElseThrow();
        int[] prompt = tokenizer.encode("da");
        assertThat(prompt).containsExactly(3, 0);
        int[] text = Arrays.copyOf(prompt, EarlierFiles.CONTEXT + 1);
        try (var predictor = Predictor.load(file, "reference");
                var generator = TextGenerator.load(file, "reference")) {
            for (int known = prompt.length; known < text.length; known++) {
                float[] logits = predictor.predict(Arrays.copyOf(text, EarlierFiles.CONTEXT));
                int size = tokenizer.size();
                for (int token = 1; token < size; token++) {
                    int best = (known - 1) * size + text[known];
                    text[known] = logits[(known - 1) * size + token] > logits[best] ? token : text[known];
                }
            }
            assertThat(generator.generate(prompt, Sampling.greedy()).tokens())
                    .isEqualTo(Arrays.copyOfRange(text, prompt.length, text.length));
        }
    }

    /** Two steps for a line through (1, 2) and 3 at a rate of 1/64 with a momentum of 1/2, all of whose numbers are exact. */
    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void aRunGoesOn(String version) throws IOException {
        Path saved = file(version, EarlierFiles.CHECKPOINT);
        Checkpoint checkpoint = Checkpoint.read(saved);
        // From (1/2, -1/4) and 1/4, which is 2.75 too low.
        assertThat(doubles(checkpoint.variables().get("line.weight"))).containsExactly(0.5859375, -0.078125);
        assertThat(doubles(checkpoint.variables().get("line.bias"))).containsExactly(0.3359375);
        Layer line = new Linear(2, 1).named("line");
        Path run = Files.createDirectory(folder.resolve("run"));
        Files.copy(saved, run.resolve("step-000000000001.safetensors"));
        try (var session = Session.open("reference", 1);
                var trainer = EarlierFiles.trainer(session, line, run)) {
            trainer.resume(EarlierFiles.training(), EarlierFiles.training(), Epochs.of(2));
            assertThat(doubles(session.value("line.weight"))).containsExactly(0.69873046875, 0.1474609375);
            assertThat(doubles(session.value("line.bias"))).containsExactly(0.44873046875);
        }
    }
}
