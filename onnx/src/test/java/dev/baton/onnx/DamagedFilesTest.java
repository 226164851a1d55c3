package dev.baton.onnx;

import static dev.baton.onnx.TestModels.floats;
import static dev.baton.onnx.TestModels.integer;
import static dev.baton.onnx.TestModels.integers;
import static dev.baton.onnx.TestModels.longs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.model.Gpt;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Flatten;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.Sequential;
import dev.baton.onnx.format.AttributeDef;
import dev.baton.onnx.format.Entry;
import dev.baton.onnx.format.Model;
import dev.baton.onnx.format.NodeDef;
import dev.baton.onnx.format.TensorDef;
import dev.baton.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are no models, or no good ones, end in words. */
class DamagedFilesTest {

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("model.onnx");
    }

    private void refused(TestModels model, String... words) {
        refused(model.write(file()), words);
    }

    private static void refused(Path file, String... words) {
        assertThatThrownBy(() -> Onnx.load(file))
                .isInstanceOf(DataException.class)
                .satisfies(e -> {
                    assertThat(e.getMessage())
                            .startsWith(file.toString() + ": ")
                            .contains(words);
                });
    }

    /** What is refused only when the shape of the input is known. */
    private void refusedWhenTraced(TestModels model, String... words) {
        OnnxModel read = Onnx.load(model.write(file()));
        assertThatThrownBy(() -> ForwardGraph.of(read, DType.FLOAT32, Shape.of(4)))
                .isInstanceOf(BatonException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    private static TestModels model() {
        return new TestModels().input("x", 1, "batch", 4).output("y");
    }

    @Test
    void whatIsNoModel() throws IOException {
        refused(folder.resolve("none.onnx"), "there is no such file");
        refused(Files.write(file(), new byte[0]), "there is no graph in it");
        refused(Files.writeString(file(), "no model, but a text of some length"), "no ONNX model, or a part of one");
        refused(model().opset(5), "written for version 5 of the operators, and Baton reads 6 to 25");
        refused(model().opset(99), "written for version 99");
    }

    @Test
    void namesOutOfOrder() {
        refused(model().node("Relu", "h", "y").node("Relu", "x", "h"), "node 'Relu of y' (Relu) reads 'h'", "circle");
        refused(model().node("Relu", "y", "y"), "reads 'y', which nothing before it gives");
        refused(
                model().node("Relu", "x", "y").node("Abs", "x", "y"),
                "node 'Abs of y' (Abs) gives 'y', and there is something of that name already");
        refused(model().node("Relu", "x", "z"), "nothing gives the output 'y'");
        refused(
                model().array(floats("w", new long[] {1}, 1)).array(floats("w", new long[] {1}, 2)),
                "initializer 'w' is there twice");
    }

    @Test
    void allOperatorsThatAreMissingAreNamed() {
        refused(
                model().node("NonZero", "x", "a")
                        .node("Relu", "x", "b")
                        .node("TopK", "b", "c")
                        .node("NonZero", "b", "y"),
                "no form for these operators of set 17:",
                "\n  NonZero (node 'NonZero of a' and 1 more)",
                "\n  TopK (node 'TopK of c')");
    }

    @Test
    void arraysThatAreNotThere() {
        refused(
                model().array(floats("w", new long[] {1L << 40, 1L << 40}, 1)),
                "initializer 'w' has more elements than can be counted");
        refused(model().array(floats("w", new long[] {1L << 30}, 1)), "takes 4294967296 bytes, and there are 4");
        refused(model().array(floats("w", new long[] {-1}, 1)), "initializer 'w' has a negative size");
        refused(
                model().array(TensorDef.newBuilder()
                        .setName("w")
                        .setElementType(1)
                        .addSize(2)
                        .setRawData(ByteString.copyFrom(new byte[7]))
                        .build()),
                "takes 8 bytes, and there are 7");
        refused(
                model().array(TensorDef.newBuilder()
                        .setName("w")
                        .setElementType(10)
                        .build()),
                "initializer 'w' has elements of type float16");
    }

    private static TensorDef outside(String location, String offset) {
        return TensorDef.newBuilder()
                .setName("w")
                .setElementType(1)
                .addSize(4)
                .setDataLocation(1)
                .addExternalData(Entry.newBuilder().setKey("location").setValue(location))
                .addExternalData(Entry.newBuilder().setKey("offset").setValue(offset))
                .build();
    }

    @Test
    void weightsInOtherFiles() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path model = inner.resolve("model.onnx");
        Files.write(folder.resolve("secret"), new byte[64]);
        byte[] weights = new byte[20];
        java.nio.ByteBuffer.wrap(weights)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .position(4)
                .putFloat(1)
                .putFloat(2)
                .putFloat(3)
                .putFloat(4);
        Files.write(inner.resolve("weights"), weights);
        OnnxModel read = Onnx.load(
                model().array(outside("weights", "4")).node("Mul", "x w", "y").write(model));
        try (var session = Session.open("cpu")) {
            Graph graph = ForwardGraph.of(read, DType.FLOAT32, Shape.of(4));
            NDArray shown = NDArray.of(Shape.of(1, 4), 1f, 10f, 100f, 1000f);
            assertThat(Forward.run(session, graph, Map.of("inputs", shown))
                            .get("answers")
                            .toFloatArray())
                    .containsExactly(1, 20, 300, 4000);
        }
        refused(
                model().array(outside("../secret", "0")).write(model),
                "'../secret', which is no file in the model's folder");
        refused(
                model().array(outside(folder.resolve("secret").toString(), "0")).write(model),
                "which is no file in the model's folder");
        refused(model().array(outside("weights", "8")).write(model), "takes 16 bytes, and there are 12");
        refused(model().array(outside("weights", "-8")).write(model), "from -8 on in 'weights'");
        refused(model().array(outside("weights", "x")).write(model), "what is no number");
        refused(model().array(outside("missing", "0")).write(model), "cannot be read");
        Files.createSymbolicLink(inner.resolve("link"), folder.resolve("secret"));
        refused(model().array(outside("link", "0")).write(model), "leads out of the model's folder");
    }

    @Test
    void whatNodesCannotDo() {
        refusedWhenTraced(
                model().node("Reshape", "x x", "y"),
                "node 'Reshape of y' (Reshape)",
                "input 1, the shape",
                "has to be");
        refusedWhenTraced(
                model().array(longs("shape", false, 3, -1, -1)).node("Reshape", "x shape", "y"),
                "no shape has the sizes [3, -1, -1]");
        refusedWhenTraced(
                model().array(longs("shape", false, 7, 3)).node("Reshape", "x shape", "y"), "cannot be reshaped");
        refusedWhenTraced(
                model().node("Softmax", "x", "y", integer("axis", 9)), "there is no axis 9 among 2 dimensions");
        refusedWhenTraced(model().node("Add", "x", "y"), "node 'Add of y' (Add)", "input 1 is missing");
        refusedWhenTraced(
                model().array(floats("w", new long[] {3}, 1, 2, 3)).node("Add", "x w", "y"), "cannot be broadcast");
        refusedWhenTraced(model().node("Cast", "x", "y", integer("to", 10)), "has elements of type float16");
        refusedWhenTraced(model().node("Transpose", "x", "y", integers("perm", 0L, 0L)), "is no order of the axes");
        refusedWhenTraced(
                model().array(longs("repeats", false, 1, Long.MAX_VALUE)).node("Tile", "x repeats", "y"),
                "a repetition cannot be " + Long.MAX_VALUE);
    }

    /** Constants that would take terabytes are not computed while tracing. */
    @Test
    void hugeConstantsAreNotMade() {
        OnnxModel read = Onnx.load(model().array(longs("shape", false, 1L << 30, 1L << 30))
                .node("ConstantOfShape", "shape", "zeros")
                .node("ReduceSum", "zeros", "sum", integer("keepdims", 0))
                .node("Add", "x sum", "y")
                .write(file()));
        assertThat(ForwardGraph.of(read, DType.FLOAT32, Shape.of(4)).outputs()).hasSize(1);
    }

    private byte[] exported(Layer model, DType dtype, Shape example) throws IOException {
        try (var session = Session.open("cpu")) {
            Onnx.save(session, model, dtype, example, file());
        }
        return Files.readAllBytes(file());
    }

    /** Reads and traces; only what is written in words may come out. */
    private void attempt(byte[] bytes, DType dtype, Shape example) throws IOException {
        Files.write(file(), bytes);
        try {
            ForwardGraph.of(Onnx.load(file()), dtype, example);
        } catch (BatonException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private void mutated(Layer model, DType dtype, Shape example, long seed) throws IOException {
        byte[] good = exported(model, dtype, example);
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] bad = good.clone();
            switch (i % 4) {
                case 0 -> bad = Arrays.copyOf(good, random.nextInt(good.length));
                case 1 -> bad[random.nextInt(bad.length)] = (byte) random.nextInt();
                case 2 -> {
                    for (int j = 0; j < 20; j++) {
                        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                }
                default -> {
                    int from = random.nextInt(good.length);
                    int to = random.nextInt(good.length);
                    int length = random.nextInt(Math.min(40, good.length - Math.max(from, to)) + 1);
                    System.arraycopy(good, from, bad, to, length);
                }
            }
            attempt(bad, dtype, example);
        }
        Model parsed = Model.parseFrom(good);
        for (int i = 0; i < 200; i++) {
            attempt(changed(parsed, random).toByteArray(), dtype, example);
        }
    }

    /** A well-formed file in which a node has another operator, other inputs or other attributes. */
    private static Model changed(Model model, Random random) {
        Model.Builder result = model.toBuilder();
        for (int times = 0; times < 1 + random.nextInt(3); times++) {
            int index = random.nextInt(result.getGraph().getNodeCount());
            NodeDef.Builder node = result.getGraphBuilder().getNodeBuilder(index);
            NodeDef other =
                    result.getGraph().getNode(random.nextInt(result.getGraph().getNodeCount()));
            switch (random.nextInt(5)) {
                case 0 -> node.setOperator(other.getOperator());
                case 1 -> node.clearInput().addAllInput(other.getInputList());
                case 2 -> node.clearAttribute().addAllAttribute(other.getAttributeList());
                case 3 -> {
                    for (AttributeDef.Builder attribute : node.getAttributeBuilderList()) {
                        attribute.setInteger(strange(random));
                        for (int i = 0; i < attribute.getIntegersCount(); i++) {
                            attribute.setIntegers(i, strange(random));
                        }
                    }
                }
                default -> {
                    int count = result.getGraph().getInitializerCount();
                    if (count > 0) {
                        TensorDef.Builder tensor =
                                result.getGraphBuilder().getInitializerBuilder(random.nextInt(count));
                        tensor.clearSize().addSize(tensor.getRawData().size() / 4);
                    }
                }
            }
        }
        return result.build();
    }

    private static long strange(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> random.nextLong();
            case 3 -> Integer.MAX_VALUE;
            default -> random.nextInt(12);
        };
    }

    @Test
    void mutationsOfPictures() throws IOException {
        Layer model = Sequential.of(
                new Conv2d(1, 2, 3).padding(1), new BatchNorm(2), new MaxPool2d(2), new Flatten(), new Linear(18, 2));
        mutated(model, DType.FLOAT32, Shape.of(1, 6, 6), 1);
    }

    @Test
    void mutationsOfTokens() throws IOException {
        Gpt model = Gpt.of(7).context(4).layers(1).heads(2).width(4).build();
        mutated(model, DType.INT32, Shape.of(4), 2);
    }

    @Test
    void mutationsOfSequences() throws IOException {
        mutated(new LSTM(2, 3), DType.FLOAT32, Shape.of(3, 2), 3);
    }
}
