package dev.baton.onnx.write;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.LayerNormalization;
import dev.baton.composite.Softmax;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.onnx.write.Translators.Translator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sums and other reductions, matrix products, and what is computed along some dimensions. */
final class Reductions {

    static final Map<Operation, Translator> ALL = new HashMap<>();

    static {
        ALL.put(
                Primitive.SUM,
                Movements.translator((file, node) -> file.node(
                        "ReduceSum",
                        List.of(file.full(node.input(0)), file.integers(axes(node))),
                        AttributeDefs.integer("keepdims", 0))));
        ALL.put(
                Primitive.REDUCE_MAX,
                Movements.translator((file, node) -> reduce(file, "ReduceMax", file.full(node.input(0)), node)));
        ALL.put(Primitive.ALL, Movements.translator((file, node) -> {
            // There is no reduction of truth values.
            String numbers = Movements.cast(file, file.full(node.input(0)), DType.INT32);
            return Movements.cast(file, reduce(file, "ReduceMin", numbers, node), DType.BOOL);
        }));
        ALL.put(Primitive.ARGMAX, Movements.translator((file, node) -> {
            String largest = file.node(
                    "ArgMax",
                    List.of(file.full(node.input(0))),
                    AttributeDefs.integer("axis", axes(node)[0]),
                    AttributeDefs.integer("keepdims", 0));
            return Movements.cast(file, largest, DType.INT32);
        }));
        ALL.put(Primitive.MATMUL, Movements.translator(Reductions::matmul));
        ALL.put(Softmax.SOFTMAX, softmax("Softmax"));
        ALL.put(Softmax.LOG_SOFTMAX, softmax("LogSoftmax"));
        ALL.put(LayerNormalization.FORWARD, Reductions::layerNorm);
    }

    private Reductions() {}

    private static long[] axes(Node node) {
        return node.attributes().get("axes", long[].class);
    }

    private static String reduce(GraphWriter file, String operator, String x, Node node) {
        return file.node(
                operator, List.of(x), AttributeDefs.integers("axes", axes(node)), AttributeDefs.integer("keepdims", 0));
    }

    private static String matmul(GraphWriter file, Node node) {
        String a = turned(file, node, 0, "transposeA");
        String b = turned(file, node, 1, "transposeB");
        return file.node("MatMul", List.of(a, b));
    }

    /** A factor, with its last two dimensions swapped where a flag says so. */
    private static String turned(GraphWriter file, Node node, int input, String flag) {
        String factor = file.full(node.input(input));
        if (!node.attributes().flag(flag)) {
            return factor;
        }
        int rank = node.input(input).shape().rank();
        var axes = new long[rank];
        for (int i = 0; i < rank; i++) {
            axes[i] = i < rank - 2 ? i : 2L * rank - 3 - i;
        }
        return Movements.transpose(file, factor, axes);
    }

    private static Translator softmax(String operator) {
        return Movements.translator((file, node) -> file.node(
                operator,
                List.of(file.full(node.input(0))),
                AttributeDefs.integer("axis", node.attributes().integer(Softmax.AXIS))));
    }

    private static boolean layerNorm(GraphWriter file, Node node) {
        if (file.usesMoreThanFirst(node)) {
            return false;
        }
        Shape shape = node.input(0).shape();
        int axis = shape.rank() - (int) node.attributes().integer(LayerNormalization.DIMENSIONS);
        Shape own = Shape.of(shape.dims().subList(axis, shape.rank()));
        var inputs = new ArrayList<>(node.inputs().stream().map(file::full).toList());
        if (inputs.size() == 1) {
            NDArray ones = NDArray.zeros(node.input(0).dtype(), own);
            for (int i = 0; i < ones.size(); i++) {
                ones.set(i, 1);
            }
            inputs.add(file.constant(ones));
        }
        file.put(
                node.output(0),
                file.node(
                        "LayerNormalization",
                        inputs,
                        AttributeDefs.integer("axis", axis),
                        AttributeDefs.number("epsilon", node.attributes().number(LayerNormalization.EPSILON))));
        return true;
    }
}
