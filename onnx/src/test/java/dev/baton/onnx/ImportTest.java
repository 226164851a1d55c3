package dev.baton.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.infer.Predictor;
import dev.baton.io.ModelFile;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.model.LeNet;
import dev.baton.model.Mlp;
import dev.baton.model.ResNet;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.GlobalAveragePool;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerVariable;
import dev.baton.nn.Linear;
import dev.baton.nn.Parameter;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.nn.Statistic;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model that was written and read again answers and learns as the one that it came from. */
class ImportTest {

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("model.onnx");
    }

    /** Exports, imports, and compares for two sizes of a batch; the model that was read is exported once more. */
    private void roundTrip(Layer original, DType dtype, Shape example) {
        try (var session = Session.open("cpu", 5);
                var other = Session.open("cpu", 6)) {
            var graph = ForwardGraph.of(original, dtype, example);
            session.addVariables(graph);
            Forward.disturb(session, 9);
            Onnx.save(session, original, dtype, example, file());
            OnnxModel read = Onnx.load(file());
            var readGraph = ForwardGraph.of(read, dtype, example);
            Path again = folder.resolve("again.onnx");
            Onnx.save(other, read, dtype, example, again);
            for (int batch : new int[] {1, 3}) {
                NDArray shown = Forward.random(dtype, example.prepend(Dim.of(batch)), 50, batch);
                Map<String, NDArray> inputs = Map.of(ForwardGraph.INPUTS, shown);
                NDArray expected = Forward.run(session, graph, inputs).get(ForwardGraph.ANSWERS);
                Forward.assertClose(Forward.run(other, readGraph, inputs).get(ForwardGraph.ANSWERS), expected, 1e-5);
                Forward.assertClose(OnnxRuntime.run(again, inputs).get(ForwardGraph.ANSWERS), expected, 1e-4);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.baton.onnx.ExportedLayersTest#cases")
    void everyLayer(ExportedLayersTest.Case layer) {
        roundTrip(layer.layer(), layer.dtype(), layer.example());
    }

    @Test
    void readyModels() {
        roundTrip(Mlp.of(7, 12, 3), DType.FLOAT32, Shape.of(7));
        roundTrip(new LeNet(10), DType.FLOAT32, Shape.of(1, 28, 28));
        roundTrip(ResNet.cifar20(10), DType.FLOAT32, Shape.of(3, 32, 32));
        roundTrip(Gpt.of(50).context(12).layers(2).heads(2).width(16).build(), DType.INT32, Shape.of(9));
    }

    private static Layer convolutional() {
        return Sequential.of(
                new Conv2d(2, 6, 3).withoutBias(),
                new BatchNorm(6),
                new ReLU(),
                new Conv2d(6, 4, 3),
                new GlobalAveragePool(),
                new Linear(4, 3));
    }

    @Test
    void namesAndKindsOfWeightsAreKept() {
        Layer original = convolutional();
        try (var session = Session.open("cpu")) {
            Onnx.save(session, original, DType.FLOAT32, Shape.of(2, 8, 8), file());
        }
        OnnxModel read = Onnx.load(file());
        assertThat(read.parameters().stream().map(Parameter::name).toList())
                .containsExactlyInAnyOrderElementsOf(
                        original.parameters().stream().map(Parameter::name).toList());
        assertThat(statistics(read)).containsExactlyInAnyOrderElementsOf(statistics(original));
        assertThat(read.inputs()).containsExactly("inputs");
        assertThat(read.outputs()).containsExactly("answers");
    }

    private static List<String> statistics(Layer layer) {
        return layer.variables().stream()
                .filter(Statistic.class::isInstance)
                .map(LayerVariable::name)
                .toList();
    }

    /** The losses of some steps, each of which depends on the gradients of those before. */
    private static List<Float> losses(Session session, Layer model, Batch batch, int steps) {
        var losses = new ArrayList<Float>();
        try (var step =
                TrainStep.of(session, model, Losses.crossEntropy(), Sgd.of(0.1).momentum(0.9))) {
            for (int i = 0; i < steps; i++) {
                losses.add(step.run(batch).loss());
            }
        }
        return losses;
    }

    private void learnsAsTheOriginal(Layer original, DType dtype, Shape example, Batch batch) {
        try (var session = Session.open("cpu", 1);
                var other = Session.open("cpu", 2)) {
            Onnx.save(session, original, dtype, example, file());
            List<Float> expected = losses(session, original, batch, 8);
            List<Float> ours = losses(other, Onnx.load(file()), batch, 8);
            assertThat(expected.get(7)).isLessThan(expected.get(0));
            for (int i = 0; i < 8; i++) {
                assertThat(ours.get(i)).isCloseTo(expected.get(i), org.assertj.core.data.Offset.offset(1e-3f));
            }
        }
    }

    @Test
    void isSavedAndAnswersAsAnyOther() {
        Layer original = convolutional();
        NDArray shown = Forward.random(DType.FLOAT32, Shape.of(3, 2, 8, 8), 0, 3);
        Path saved = folder.resolve("model.baton");
        try (var session = Session.open("cpu");
                var other = Session.open("cpu")) {
            Onnx.save(session, original, DType.FLOAT32, Shape.of(2, 8, 8), file());
            ModelFile.save(other, Onnx.load(file()), DType.FLOAT32, Shape.of(2, 8, 8), saved);
            try (var predictor = Predictor.load(saved);
                    var expected = Predictor.of(session, original)) {
                Forward.assertClose(predictor.predict(shown), expected.predict(shown), 1e-5);
            }
        }
    }

    @Test
    void dropoutDropsInTrainingAlone() {
        OnnxModel model = Onnx.load(new TestModels()
                .input("x", 1, "batch", 4)
                .output("y")
                .array(TestModels.floats("ratio", new long[0], 0.25f))
                .node("Dropout", "x ratio", "y")
                .write(file()));
        assertThat(randomNumbers(model, GraphBuilder.Mode.TRAINING)).isEqualTo(1);
        assertThat(randomNumbers(model, GraphBuilder.Mode.INFERENCE)).isZero();
    }

    private static long randomNumbers(Layer model, GraphBuilder.Mode mode) {
        return ForwardGraph.of(mode, model, DType.FLOAT32, Shape.of(4)).nodes().stream()
                .filter(node -> node.is(Primitive.RANDOM_UNIFORM))
                .count();
    }

    @Test
    void batchNormIsNotGatheredOverDevices() {
        try (var session = Session.open("cpu")) {
            Onnx.save(session, convolutional(), DType.FLOAT32, Shape.of(2, 8, 8), file());
        }
        OnnxModel model = Onnx.load(file());
        NDArray shown = Forward.random(DType.FLOAT32, Shape.of(6, 2, 8, 8), 0, 3);
        var batch = new Batch(shown, NDArray.of(new int[] {0, 1, 2, 0, 1, 2}));
        try (var session = Session.open("cpu", 0, Precision.FLOAT32, 2)) {
            assertThatThrownBy(() -> losses(session, model, batch, 1))
                    .isInstanceOf(BatonException.class)
                    .hasMessageContaining("(BatchNormalization): the batch normalisations of a model from an ONNX file")
                    .hasMessageContaining("train it on one");
        }
    }

    @Test
    void learnsWithBatchNorm() {
        NDArray shown = Forward.random(DType.FLOAT32, Shape.of(6, 2, 8, 8), 0, 3);
        NDArray labels = NDArray.of(new int[] {0, 1, 2, 0, 1, 2});
        learnsAsTheOriginal(convolutional(), DType.FLOAT32, Shape.of(2, 8, 8), new Batch(shown, labels));
    }

    @Test
    void learnsAsATransformer() {
        Gpt model = Gpt.of(11).context(6).layers(2).heads(2).width(16).build();
        NDArray tokens = Forward.random(DType.INT32, Shape.of(4, 6), 11, 3);
        NDArray next = Forward.random(DType.INT32, Shape.of(4, 6), 11, 4);
        learnsAsTheOriginal(model, DType.INT32, Shape.of(6), new Batch(tokens, next));
    }

    @Test
    void runningStatisticsFollowTheBatches() {
        Layer original = Sequential.of(new BatchNorm(2), new Linear(2, 2));
        NDArray shown = NDArray.of(Shape.of(4, 2), 1f, 10f, 3f, 10f, 5f, 10f, 7f, 14f);
        try (var session = Session.open("cpu")) {
            Onnx.save(session, original, DType.FLOAT32, Shape.of(2), file());
        }
        try (var session = Session.open("cpu")) {
            losses(session, Onnx.load(file()), new Batch(shown, NDArray.of(new int[] {0, 1, 0, 1})), 1);
            // 0.9 of 0 and 1, a tenth of the batch's: means 4 and 11, variances 5 and 3.
            assertThat(session.value("0.running_mean").toFloatArray())
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(0.4f, 1.1f);
            assertThat(session.value("0.running_var").toFloatArray())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(0.9f + 0.5f, 0.9f + 0.3f);
        }
    }
}
