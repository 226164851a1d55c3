package dev.baton.onnx;

import static dev.baton.onnx.TestModels.floats;
import static dev.baton.onnx.TestModels.integer;
import static dev.baton.onnx.TestModels.integers;
import static dev.baton.onnx.TestModels.longs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.nn.ForwardGraph;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files compute with shapes, so that their batch stays open: the batch is a symbol, and ONNX Runtime is the judge. */
class ShapeIdiomsTest {

    @TempDir
    Path folder;

    /** Reads a model of one input [batch, ...], traces it for any batch, and compares for two. */
    private void check(TestModels model, Shape example) {
        Path file = model.write(folder.resolve("model.onnx"));
        try (var session = Session.open("cpu")) {
            OnnxModel read = Onnx.load(file);
            Graph graph = ForwardGraph.of(read, DType.FLOAT32, example);
            for (int batch : new int[] {2, 5}) {
                NDArray shown = Forward.random(DType.FLOAT32, example.prepend(Dim.of(batch)), 0, batch);
                NDArray ours = Forward.run(session, graph, Map.of(ForwardGraph.INPUTS, shown))
                        .get(ForwardGraph.ANSWERS);
                NDArray theirs = OnnxRuntime.run(file, Map.of("x", shown)).get("y");
                Forward.assertClose(ours, theirs, 1e-5);
            }
        }
    }

    private static TestModels model() {
        return new TestModels().input("x", 1, "batch", 4, 6).output("y");
    }

    @Test
    void flattensWithTheBatchOfTheInput() {
        check(
                model().array(longs("zero", true, 0))
                        .array(longs("first", false, 0))
                        .array(longs("rest", false, -1))
                        .node("Shape", "x", "shape")
                        .node("Gather", "shape zero", "batch", integer("axis", 0))
                        .node("Unsqueeze", "batch first", "vector")
                        .node("Concat", "vector rest", "target", integer("axis", 0))
                        .node("Reshape", "x target", "y"),
                Shape.of(4, 6));
    }

    @Test
    void splitsIntoHeadsAndJoinsThem() {
        check(
                model().array(longs("zero", true, 0))
                        .array(longs("one", true, 1))
                        .array(longs("two", true, 2))
                        .array(longs("three", true, 3))
                        .array(longs("first", false, 0))
                        .array(longs("heads", false, 3))
                        .node("Shape", "x", "shape")
                        .node("Gather", "shape zero", "n", integer("axis", 0))
                        .node("Gather", "shape one", "t", integer("axis", 0))
                        .node("Gather", "shape two", "w", integer("axis", 0))
                        .node("Div", "w three", "each")
                        .node("Unsqueeze", "n first", "n1")
                        .node("Unsqueeze", "t first", "t1")
                        .node("Unsqueeze", "each first", "e1")
                        .node("Concat", "n1 t1 heads e1", "apart", integer("axis", 0))
                        .node("Reshape", "x apart", "h")
                        .node("Transpose", "h", "ht", integers("perm", 0L, 2L, 1L, 3L))
                        .node("Transpose", "ht", "back", integers("perm", 0L, 2L, 1L, 3L))
                        .node("Mul", "e1 heads", "width")
                        .node("Concat", "n1 t1 width", "joined", integer("axis", 0))
                        .node("Reshape", "back joined", "y"),
                Shape.of(4, 6));
    }

    @Test
    void multipliesTheBatchIntoRows() {
        check(
                model().array(longs("starts", false, 0))
                        .array(longs("ends", false, 2))
                        .array(longs("axes", false, 0))
                        .array(longs("last", false, 6))
                        .node("Shape", "x", "shape")
                        .node("Slice", "shape starts ends axes", "leading")
                        .node("ReduceProd", "leading", "rows")
                        .node("Concat", "rows last", "target", integer("axis", 0))
                        .node("Reshape", "x target", "matrix")
                        .node("Reshape", "matrix shape", "y"),
                Shape.of(4, 6));
    }

    /** As PyTorch's expand is written: -1 stands for the size that is there. */
    @Test
    void expandsToTheBatch() {
        check(
                model().array(floats("token", new long[] {1, 1, 6}, 1, 2, 3, 4, 5, 6))
                        .array(longs("zero", true, 0))
                        .array(longs("first", false, 0))
                        .array(longs("rest", false, -1, -1))
                        .array(longs("minus", true, -1))
                        .array(longs("three", false, 3))
                        .node("Shape", "x", "shape")
                        .node("Gather", "shape zero", "n", integer("axis", 0))
                        .node("Unsqueeze", "n first", "n1")
                        .node("Concat", "n1 rest", "wanted", integer("axis", 0))
                        .node("ConstantOfShape", "three", "zeros")
                        .node("Cast", "zeros", "integers", integer("to", 7))
                        .node("Sub", "integers minus", "ones")
                        .node("Mul", "ones minus", "minuses")
                        .node("Equal", "wanted minuses", "open")
                        .node("Where", "open ones wanted", "target")
                        .node("Expand", "token target", "tokens")
                        .node("Concat", "tokens x", "y", integer("axis", 1)),
                Shape.of(4, 6));
    }

    @Test
    void countsPositions() {
        check(
                model().array(floats("table", new long[] {9, 6}, table()))
                        .array(longs("zero", true, 0))
                        .array(longs("one", true, 1))
                        .node("Shape", "x", "shape")
                        .node("Gather", "shape one", "t", integer("axis", 0))
                        .node("Range", "zero t one", "positions")
                        .node("Gather", "table positions", "embedded", integer("axis", 0))
                        .node("Add", "x embedded", "y"),
                Shape.of(4, 6));
    }

    /** The number of examples itself, as a value. */
    @Test
    void dividesByTheBatch() {
        check(
                model().array(longs("zero", true, 0))
                        .node("Shape", "x", "shape")
                        .node("Gather", "shape zero", "n", integer("axis", 0))
                        .node("Cast", "n", "number", integer("to", 1))
                        .node("Div", "x number", "y"),
                Shape.of(4, 6));
    }

    private static float[] table() {
        var table = new float[54];
        for (int i = 0; i < table.length; i++) {
            table[i] = (float) Math.sin(i);
        }
        return table;
    }

    @Test
    void severalInputsAndOutputs() {
        Path file = new TestModels()
                .input("tokens", 7, "batch", 3)
                .input("scale", 1, "batch", 1)
                .output("sum")
                .output("scaled")
                .array(floats("table", new long[] {9, 6}, table()))
                .array(longs("middle", false, 1))
                .node("Gather", "table tokens", "rows", integer("axis", 0))
                .node("ReduceSum", "rows middle", "sum", integer("keepdims", 0))
                .node("Mul", "sum scale", "scaled")
                .write(folder.resolve("two.onnx"));
        OnnxModel model = Onnx.load(file);
        assertThat(model.inputs()).containsExactly("tokens", "scale");
        var builder = new GraphBuilder();
        Dim batch = Dim.symbol("N");
        var inputs = new LinkedHashMap<String, Tensor>();
        // Tokens are int32 here, where the file has int64.
        inputs.put("tokens", input(builder, "tokens", DType.INT32, Shape.of(List.of(batch, Dim.of(3)))));
        inputs.put("scale", input(builder, "scale", DType.FLOAT32, Shape.of(List.of(batch, Dim.of(1)))));
        model.forward(inputs).forEach((name, tensor) -> builder.output(name, tensor.value()));
        NDArray tokens = NDArray.of(Shape.of(2, 3), 0, 8, 3, 3, 3, 1);
        NDArray wide = NDArray.of(Shape.of(2, 3), 0L, 8L, 3L, 3L, 3L, 1L);
        NDArray scale = NDArray.of(Shape.of(2, 1), 0.5f, -2f);
        var theirs = OnnxRuntime.run(file, Map.of("tokens", wide, "scale", scale));
        try (var session = Session.open("cpu")) {
            var ours = Forward.run(session, builder.build(), new HashMap<>(Map.of("tokens", tokens, "scale", scale)));
            Forward.assertClose(ours.get("sum"), theirs.get("sum"), 1e-6);
            Forward.assertClose(ours.get("scaled"), theirs.get("scaled"), 1e-6);
        }
        assertThatThrownBy(() -> model.forward(inputs.get("scale")))
                .isInstanceOf(BatonException.class)
                .hasMessageContaining("has the inputs [tokens, scale], not one");
        assertThatThrownBy(() -> model.forward(Map.of("tokens", inputs.get("tokens"))))
                .isInstanceOf(BatonException.class)
                .hasMessageContaining("takes the inputs [tokens, scale], not [tokens]");
    }

    private static Tensor input(GraphBuilder builder, String name, DType dtype, Shape shape) {
        return Tensor.of(builder, builder.input(name, new TensorType(dtype, shape)));
    }
}
