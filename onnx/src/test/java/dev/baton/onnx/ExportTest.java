package dev.baton.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.io.ModelFile;
import dev.baton.model.Gpt;
import dev.baton.model.LeNet;
import dev.baton.model.Mlp;
import dev.baton.model.ResNet;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.runtime.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ready models give the same in ONNX Runtime, for one example and for several. */
class ExportTest {

    @TempDir
    Path folder;

    /** Exports a model with weights that are not those it starts with, and compares for two sizes of a batch. */
    static void check(Layer model, DType dtype, Shape example, int tokens, Path file) {
        try (var session = Session.open("cpu", 7)) {
            var graph = ForwardGraph.of(model, dtype, example);
            session.addVariables(graph);
            Forward.disturb(session, 11);
            Onnx.save(session, model, dtype, example, file);
            for (int batch : new int[] {1, 3}) {
                NDArray shown = Forward.random(dtype, example.prepend(dev.baton.Dim.of(batch)), tokens, batch);
                Map<String, NDArray> inputs = Map.of(ForwardGraph.INPUTS, shown);
                NDArray ours = Forward.run(session, graph, inputs).get(ForwardGraph.ANSWERS);
                NDArray theirs = OnnxRuntime.run(file, inputs).get(ForwardGraph.ANSWERS);
                Forward.assertClose(ours, theirs, 1e-4);
            }
        }
    }

    private void check(Layer model, DType dtype, Shape example) {
        check(model, dtype, example, 50, folder.resolve("model.onnx"));
    }

    @Test
    void multilayerPerceptron() {
        check(Mlp.of(17, 33, 9), DType.FLOAT32, Shape.of(17));
    }

    @Test
    void leNet() {
        check(new LeNet(10), DType.FLOAT32, Shape.of(1, 28, 28));
    }

    @Test
    void resNet20() {
        check(ResNet.cifar20(10), DType.FLOAT32, Shape.of(3, 32, 32));
    }

    @Test
    void resNet50() {
        check(ResNet.resNet50(13), DType.FLOAT32, Shape.of(3, 64, 64));
    }

    @Test
    void gpt() {
        check(Gpt.of(50).context(24).build(), DType.INT32, Shape.of(19));
    }

    @Test
    void gptAsGpt2IsBuilt() {
        Gpt model = Gpt.of(50)
                .context(16)
                .layers(2)
                .heads(2)
                .width(24)
                .gelu(GELU.Form.TANH)
                .build();
        check(model, DType.INT32, Shape.of(16));
    }

    @Test
    void ofAModelFile() {
        Path saved = folder.resolve("model.baton");
        Path direct = folder.resolve("direct.onnx");
        Path converted = folder.resolve("converted.onnx");
        Layer model = Sequential.of(new Linear(4, 8), new ReLU(), new Linear(8, 2));
        NDArray shown = Forward.random(DType.FLOAT32, Shape.of(5, 4), 0, 1);
        Map<String, NDArray> inputs = Map.of(ForwardGraph.INPUTS, shown);
        try (var session = Session.open("cpu", 3)) {
            ModelFile.save(session, model, DType.FLOAT32, Shape.of(4), saved);
            Onnx.save(session, model, DType.FLOAT32, Shape.of(4), direct);
        }
        Onnx.convert(saved, converted);
        assertThat(OnnxRuntime.run(converted, inputs).get(ForwardGraph.ANSWERS).toFloatArray())
                .isEqualTo(OnnxRuntime.run(direct, inputs)
                        .get(ForwardGraph.ANSWERS)
                        .toFloatArray());
    }

    @Test
    void aFileThatCannotBeWrittenLeavesTheOneBefore() throws Exception {
        Path missing = folder.resolve("no").resolve("model.onnx");
        try (var session = Session.open("cpu")) {
            assertThatThrownBy(() -> Onnx.save(session, new Linear(2, 2), DType.FLOAT32, Shape.of(2), missing))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("there is no folder");
        }
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }
}
