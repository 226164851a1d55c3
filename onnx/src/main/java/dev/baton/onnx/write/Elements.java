package dev.baton.onnx.write;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.onnx.write.Translators.Translator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Functions of each element. Operands stay as small as they are, and so do the results. */
final class Elements {

    static final Map<Operation, Translator> ALL = new HashMap<>();

    static {
        same(Primitive.NEG, "Neg");
        same(Primitive.ABS, "Abs");
        same(Primitive.SIGN, "Sign");
        same(Primitive.FLOOR, "Floor");
        same(Primitive.EXP, "Exp");
        same(Primitive.LOG, "Log");
        same(Primitive.SQRT, "Sqrt");
        same(Primitive.RECIPROCAL, "Reciprocal");
        same(Primitive.TANH, "Tanh");
        same(Primitive.SIGMOID, "Sigmoid");
        same(Primitive.ERF, "Erf");
        same(Primitive.SIN, "Sin");
        same(Primitive.COS, "Cos");
        same(Primitive.NOT, "Not");
        same(Primitive.ADD, "Add");
        same(Primitive.SUB, "Sub");
        same(Primitive.MUL, "Mul");
        same(Primitive.DIV, "Div");
        same(Primitive.POW, "Pow");
        same(Primitive.MAX, "Max");
        same(Primitive.MIN, "Min");
        same(Primitive.EQUAL, "Equal");
        same(Primitive.LESS, "Less");
        same(Primitive.LESS_EQUAL, "LessOrEqual");
        same(Primitive.AND, "And");
        same(Primitive.OR, "Or");
        same(Primitive.SELECT, "Where");
        same(Activations.RELU, "Relu");
        same(Activations.SOFTPLUS, "Softplus");
        unary(Primitive.RSQRT, (file, x, dtype) -> file.node("Reciprocal", List.of(file.node("Sqrt", List.of(x)))));
        unary(Primitive.EXPM1, Elements::expm1);
        unary(Primitive.LOG1P, Elements::log1p);
        unary(Primitive.IS_FINITE, Elements::isFinite);
        ALL.put(Primitive.CAST, (file, node) -> {
            DType to = node.outputs().get(0).dtype();
            var x = file.at(node.input(0));
            String result = file.node("Cast", List.of(x.name()), AttributeDefs.integer("to", Types.number(to)));
            file.put(node.output(0), result, x.shape());
            return true;
        });
    }

    @FunctionalInterface
    private interface Unary {
        String write(GraphWriter file, String x, DType dtype);
    }

    private Elements() {}

    /** There is an operator that does the same. */
    private static void same(Operation operation, String operator) {
        ALL.put(operation, (file, node) -> {
            Shape shape = Shape.scalar();
            for (var input : node.inputs()) {
                shape = Shape.broadcast(shape, file.at(input).shape());
            }
            List<String> operands =
                    node.inputs().stream().map(input -> file.at(input).name()).toList();
            file.put(node.output(0), file.node(operator, operands), shape);
            return true;
        });
    }

    private static void unary(Operation operation, Unary writer) {
        ALL.put(operation, (file, node) -> {
            var x = file.at(node.input(0));
            file.put(node.output(0), writer.write(file, x.name(), node.input(0).dtype()), x.shape());
            return true;
        });
    }

    /** tanh(x / 2) (exp(x) + 1), which is exp(x) - 1 and loses nothing near 0. */
    private static String expm1(GraphWriter file, String x, DType dtype) {
        String half = file.node("Mul", List.of(x, file.scalar(dtype, 0.5)));
        String sum = file.node("Add", List.of(file.node("Exp", List.of(x)), file.scalar(dtype, 1)));
        return file.node("Mul", List.of(file.node("Tanh", List.of(half)), sum));
    }

    /**
     * With u = 1 + x, rounded: near 0 log(u) x / (u - 1), in which the errors of u cancel (Kahan), and x itself where u
     * is 1.
     */
    private static String log1p(GraphWriter file, String x, DType dtype) {
        String one = file.scalar(dtype, 1);
        String u = file.node("Add", List.of(x, one));
        String log = file.node("Log", List.of(u));
        String ratio = file.node("Div", List.of(x, file.node("Sub", List.of(u, one))));
        String near = file.node(
                "Where", List.of(file.node("Equal", List.of(u, one)), x, file.node("Mul", List.of(log, ratio))));
        String small = file.node("Less", List.of(file.node("Abs", List.of(x)), one));
        return file.node("Where", List.of(small, near, log));
    }

    private static String isFinite(GraphWriter file, String x, DType dtype) {
        // Only NaN and infinity are not 0 when they are taken from themselves.
        String difference = file.node("Sub", List.of(x, x));
        return file.node("Equal", List.of(difference, file.scalar(dtype, 0)));
    }

    /** Whether a node gives nothing but zeros. */
    static boolean isZero(Node node) {
        if (node.is(Primitive.BROADCAST) || node.is(Primitive.RESHAPE)) {
            return isZero(node.input(0).node());
        }
        if (!node.is(Primitive.CONSTANT)) {
            return false;
        }
        var value = node.attributes().get("value", dev.baton.NDArray.class);
        for (int i = 0; i < value.size(); i++) {
            if (value.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
