package dev.baton.onnx.write;

import dev.baton.composite.AveragePool;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.Convolution;
import dev.baton.composite.MaxPool;
import dev.baton.composite.Window;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Value;
import dev.baton.onnx.format.AttributeDef;
import dev.baton.onnx.write.Translators.Translator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Convolutions, pooling and batch normalisation. */
final class Pictures {

    static final Map<Operation, Translator> ALL = new HashMap<>();

    static {
        ALL.put(
                Convolution.FORWARD,
                Movements.translator(
                        (file, node) -> file.node("Conv", operands(file, node), convolution(node, window(node)))));
        ALL.put(Convolution.INPUT_GRADIENT, Movements.translator(Pictures::transposed));
        ALL.put(MaxPool.FORWARD, Pictures::maxPool);
        ALL.put(AveragePool.FORWARD, Pictures::averagePool);
        ALL.put(
                BatchNorm.INFERENCE,
                Movements.translator((file, node) -> file.node(
                        "BatchNormalization",
                        operands(file, node),
                        AttributeDefs.number("epsilon", node.attributes().number(BatchNorm.EPSILON)))));
    }

    private Pictures() {}

    private static List<String> operands(GraphWriter file, Node node) {
        return node.inputs().stream().map(file::full).toList();
    }

    private static Window window(Node node) {
        Value weight = node.input(1);
        return Window.of(
                node.attributes(),
                new long[] {weight.shape().size(2), weight.shape().size(3)});
    }

    /** All numbers of a window. */
    private static List<AttributeDef> all(Window window) {
        return List.of(
                AttributeDefs.integers("kernel_shape", window.kernel()),
                AttributeDefs.integers("strides", window.stride()),
                AttributeDefs.integers(
                        "pads", window.before()[0], window.before()[1], window.after()[0], window.after()[1]),
                AttributeDefs.integers("dilations", window.dilation()));
    }

    private static AttributeDef[] convolution(Node node, Window window) {
        var attributes = new ArrayList<>(all(window));
        attributes.add(AttributeDefs.integer("group", node.attributes().integer(Convolution.GROUPS)));
        return attributes.toArray(AttributeDef[]::new);
    }

    private static String transposed(GraphWriter file, Node node) {
        Window window = window(node);
        var beyond = new long[2];
        for (int i = 0; i < 2; i++) {
            long covered = (node.input(0).shape().size(2 + i) - 1) * window.stride()[i]
                    + window.dilation()[i] * (window.kernel()[i] - 1)
                    + 1
                    - window.before()[i]
                    - window.after()[i];
            beyond[i] = node.output(0).shape().size(2 + i) - covered;
        }
        AttributeDef[] plain = convolution(node, window);
        AttributeDef[] attributes = Arrays.copyOf(plain, plain.length + 1);
        attributes[plain.length] = AttributeDefs.integers("output_padding", beyond);
        return file.node("ConvTranspose", operands(file, node), attributes);
    }

    private static boolean maxPool(GraphWriter file, Node node) {
        if (file.usesMoreThanFirst(node)) {
            return false;
        }
        AttributeDef[] attributes = all(Window.of(node.attributes())).toArray(AttributeDef[]::new);
        file.put(node.output(0), file.node("MaxPool", operands(file, node), attributes));
        return true;
    }

    private static boolean averagePool(GraphWriter file, Node node) {
        Window window = Window.of(node.attributes());
        if (window.dilation()[0] != 1 || window.dilation()[1] != 1) {
            return false;
        }
        var attributes = new ArrayList<>(all(window).subList(0, 3));
        attributes.add(
                AttributeDefs.integer("count_include_pad", node.attributes().flag(AveragePool.COUNT_PADDING) ? 1 : 0));
        file.put(
                node.output(0),
                file.node("AveragePool", operands(file, node), attributes.toArray(AttributeDef[]::new)));
        return true;
    }
}
