package dev.baton.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.infer.Predictor;
import dev.baton.nn.Dropout;
import dev.baton.nn.Embedding;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.GELU;
import dev.baton.nn.Initializers;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.Parameter;
import dev.baton.nn.RMSNorm;
import dev.baton.nn.ReLU;
import dev.baton.nn.RotaryPositions;
import dev.baton.nn.Sequential;
import dev.baton.nn.SiLU;
import dev.baton.nn.Softmax;
import dev.baton.nn.Tanh;
import dev.baton.nn.TransformerBlock;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import dev.baton.train.Evaluation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read back computes the same bits as what was saved, without the classes of its layers. */
class ModelFileTest {

    @TempDir
    private Path folder;

    /** A layer that the library does not know: its class is not needed to read it. */
    private static final class Own extends Layer {

        private final Layer body = child("body", Sequential.of(new Linear(6, 6), new Tanh()));
        private final Parameter scale = parameter("scale", Shape.of(3, 2), Initializers.normal(1));

        @Override
        public Tensor forward(Tensor x) {
            return inLayer(x, () -> {
                Tensor inside = x.add(body.forward(x)).reshape(-1, 3, 2).transpose(0, 2, 1);
                Tensor scaled = inside.multiply(scale.in(x).transpose(1, 0)).reshape(-1, 6);
                return scaled.lessThan(scaled.fullLike(0)).select(scaled.multiply(0.1), scaled);
            });
        }
    }

    private static Sequential model() {
        return Sequential.of(new Linear(4, 6), new ReLU(), new Dropout(0.5), new Own(), new GELU(), new Linear(6, 3));
    }

    private static NDArray examples(int count) {
        var random = new Random(7);
        var array = NDArray.zeros(DType.FLOAT32, Shape.of(count, 4));
        for (int i = 0; i < array.size(); i++) {
            array.set(i, random.nextGaussian());
        }
        return array;
    }

    private Path saved(Session session, Layer model) {
        Path file = folder.resolve("model.safetensors");
        ModelFile.save(session, model, DType.FLOAT32, Shape.of(4), file);
        return file;
    }

    @Test
    void whatIsReadAnswersTheSame() {
        var model = model();
        try (var session = Session.open("reference", 3);
                var evaluation = Evaluation.of(session, model)) {
            Path file = saved(session, model);
            NDArray shown = examples(5);
            float[] expected =
                    evaluation.answers(new Batch(shown, NDArray.of(new int[5]))).toFloatArray();
            try (var predictor = Predictor.load(file, "reference")) {
                assertThat(predictor.predict(shown).toFloatArray()).isEqualTo(expected);
                assertThatThrownBy(() -> predictor.predict(new float[3]))
                        .hasMessage("an example is float32[4], not 3 values of float32");
            }
            try (var predictor = Predictor.load(file, model(), "reference")) {
                assertThat(predictor.predict(shown).toFloatArray())
                        .as("the weights alone, for the model itself")
                        .isEqualTo(expected);
            }
            assertThat(Safetensors.read(file).get("0.weight").shape())
                    .as("as other frameworks lay it out")
                    .isEqualTo(Shape.of(6, 4));
        }
    }

    @Test
    void theGraphIsTheSameAndKnowsItsLayers() {
        Graph graph = ForwardGraph.of(model(), DType.FLOAT32, Shape.of(4));
        Graph read = SavedGraph.read(SavedGraph.write(graph));
        assertThat(read.toString())
                .isEqualTo(graph.toString())
                .contains("# 3: Own")
                .contains("relu");
    }

    /** What transformers are made of is kept whole, so that it stays fast. */
    @Test
    void transformersAnswerTheSame() {
        var model = Sequential.of(
                new Embedding(5, 4),
                new TransformerBlock(4, 2).causal(),
                new RMSNorm(4),
                new MultiHeadAttention(4, 2).rotary(new RotaryPositions()),
                new GELU(GELU.Form.TANH),
                new SiLU(),
                new Softmax(-1));
        Graph graph = ForwardGraph.of(model, DType.INT32, Shape.of(3));
        assertThat(SavedGraph.read(SavedGraph.write(graph)).toString()).isEqualTo(graph.toString());
        try (var session = Session.open("reference", 3);
                var evaluation = Evaluation.of(session, model)) {
            NDArray tokens = NDArray.of(Shape.of(2, 3), 0, 4, 2, 1, 1, 3);
            Path file = folder.resolve("transformer.safetensors");
            ModelFile.save(session, model, DType.INT32, Shape.of(3), file);
            try (var predictor = Predictor.load(file, "reference")) {
                assertThat(predictor.predict(tokens).toFloatArray())
                        .isEqualTo(evaluation.answers(new Batch(tokens, tokens)).toFloatArray());
            }
        }
    }

    /** What was read is written again, as a program does that changes what belongs to a model. */
    @Test
    void whatWasReadCanBeSaved() {
        try (var session = Session.open("reference", 5);
                var other = Session.open("reference")) {
            Path file = saved(session, model());
            Path again = folder.resolve("again");
            Graph graph = ModelFile.load(other, file);
            ModelFile.save(other, graph, again, ModelInfo.of().labels("a", "b", "c"), Set.of());
            assertThat(Safetensors.read(again).get("0.weight").shape()).isEqualTo(Shape.of(6, 4));
            assertThat(ModelFile.info(again).labels()).containsExactly("a", "b", "c");
            try (var first = Predictor.load(file, "reference");
                    var second = Predictor.load(again, "reference")) {
                assertThat(second.predict(examples(5)).toFloatArray())
                        .isEqualTo(first.predict(examples(5)).toFloatArray());
            }
        }
    }

    @Test
    void weightsAloneAreNoModel() {
        var model = Sequential.of(new Linear(4, 2));
        Path file = folder.resolve("weights");
        try (var session = Session.open("reference")) {
            Weights.save(session, model, file);
            assertThatThrownBy(() -> ModelFile.load(session, file))
                    .isInstanceOf(DataException.class)
                    .hasMessage(
                            file + ": it holds weights and not the model that they belong to: give the model, as in "
                                    + "Predictor.load(file, model), or save it with ModelFile, as a trainer does that has "
                                    + "trained");
        }
    }

    @Test
    void whatDoesNotFitIsExplained() {
        var model = Sequential.of(new Linear(4, 2));
        try (var session = Session.open("reference")) {
            Path file = saved(session, model);
            Safetensors.Contents contents = Safetensors.contents(file);
            Path changed = folder.resolve("changed");
            String text = contents.metadata().get("baton.graph");
            change(changed, contents.arrays(), text.replace("\"version\":1", "\"version\":2"));
            assertThatThrownBy(() -> ModelFile.load(session, changed))
                    .isInstanceOf(DataException.class)
                    .hasMessage(changed + ": the model in it cannot be read: its version is 2, this Baton reads 1");
            change(changed, contents.arrays(), text.replace("\"matmul\"", "\"mutmal\""));
            assertThatThrownBy(() -> ModelFile.load(session, changed))
                    .hasMessage(changed + ": the model in it cannot be read: this Baton has no operation 'mutmal'");
            change(changed, contents.arrays(), text.replace("shape 4,2", "shape 4,3"));
            assertThatThrownBy(() -> ModelFile.load(session, changed))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith(changed + ": the model in it cannot be read: ");
            change(changed, Map.of("0.bias", NDArray.of(new float[2])), text);
            assertThatThrownBy(() -> ModelFile.load(session, changed))
                    .hasMessage(changed + ": there is no tensor '0.weight'; there are [0.bias]");
            change(changed, Map.of("0.bias", NDArray.of(new float[2]), "0.weight", NDArray.of(new float[4][2])), text);
            assertThatThrownBy(() -> ModelFile.load(session, changed))
                    .hasMessage(changed + ": tensor '0.weight' is float32[4, 2], the model takes float32[2, 4]");
        }
    }

    private static void change(Path file, Map<String, NDArray> arrays, String graph) {
        Safetensors.write(file, arrays, Map.of("baton.graph", graph));
    }

    /** One character changed, or the end cut off, at every place: a graph, or an exception of ours; nothing else. */
    @Test
    void aDamagedGraphIsRefusedInWords() {
        var model = Sequential.of(new Linear(4, 2), new ReLU());
        String text = SavedGraph.write(ForwardGraph.of(model, DType.FLOAT32, Shape.of(4)));
        int refused = 0;
        for (int i = 0; i < text.length(); i++) {
            for (String damaged : List.of(
                    text.substring(0, i) + (char) (text.charAt(i) ^ 1) + text.substring(i + 1), text.substring(0, i))) {
                try {
                    SavedGraph.read(damaged);
                } catch (DataException e) {
                    assertThat(e).hasMessageStartingWith("the model in it cannot be read: ");
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(text.length());
    }

    @Test
    void examplesThatNoArrayHoldsAreRefused() {
        Path file = folder.resolve("large.safetensors");
        try (var session = Session.open("reference", 1)) {
            ModelFile.save(session, new ReLU(), DType.FLOAT32, Shape.of(1L << 20, 1L << 20), file);
        }
        assertThatThrownBy(() -> Predictor.load(file, "reference"))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "the model takes float32[N, 1048576, 1048576]: an example has more values than an array holds");
    }
}
