package dev.baton.core;

import dev.baton.Shape;
import dev.baton.composite.LayerNormalization;
import dev.baton.composite.RmsNormalization;
import dev.baton.composite.Softmax;
import dev.baton.graph.Attributes;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import java.util.List;

/** The words of norms and of softmax. */
final class NormalizationWords {

    private static final long NONE = -1;

    /** The native core adds up the gradients of a weight in so many parts, each of two doubles for each element. */
    private static final long BYTES_OF_SUMS = 32 * 2 * Double.BYTES;

    private NormalizationWords() {}

    /** Layer norm, RMS norm, and the backward pass of either. */
    static void normalization(Encoder out, Kernel.Whole kernel) {
        Operation operation = kernel.node().operation();
        if (operation == LayerNormalization.FORWARD) {
            layerNorm(out, kernel);
        } else if (operation == LayerNormalization.BACKWARD) {
            layerNormBackward(out, kernel);
        } else if (operation == RmsNormalization.FORWARD) {
            rmsNorm(out, kernel);
        } else {
            rmsNormBackward(out, kernel);
        }
    }

    private static void layerNorm(Encoder out, Kernel.Whole kernel) {
        Attributes attributes = kernel.node().attributes();
        rows(out, kernel.node(), attributes.integer(LayerNormalization.DIMENSIONS));
        out.real(attributes.number(LayerNormalization.EPSILON));
        List<Buffer> in = kernel.inputs();
        out.add(out.reference(in.get(0)), optional(out, in, 1), optional(out, in, 2));
        out.references(kernel.outputs());
    }

    private static void rmsNorm(Encoder out, Kernel.Whole kernel) {
        Attributes attributes = kernel.node().attributes();
        rows(out, kernel.node(), attributes.integer(RmsNormalization.DIMENSIONS));
        out.real(attributes.number(RmsNormalization.EPSILON));
        List<Buffer> in = kernel.inputs();
        out.add(out.reference(in.get(0)), optional(out, in, 1), NONE);
        out.add(
                out.reference(kernel.outputs().get(0)),
                NONE,
                out.reference(kernel.outputs().get(1)));
    }

    private static void layerNormBackward(Encoder out, Kernel.Whole kernel) {
        rows(out, kernel.node(), kernel.node().attributes().integer(LayerNormalization.DIMENSIONS));
        List<Buffer> in = kernel.inputs();
        out.references(in.subList(0, 4));
        out.add(optional(out, in, 4));
        backward(out, kernel);
    }

    private static void rmsNormBackward(Encoder out, Kernel.Whole kernel) {
        rows(out, kernel.node(), kernel.node().attributes().integer(RmsNormalization.DIMENSIONS));
        List<Buffer> in = kernel.inputs();
        out.add(out.reference(in.get(0)), NONE);
        out.references(in.subList(1, 3));
        out.add(optional(out, in, 3));
        backward(out, kernel);
    }

    private static void backward(Encoder out, Kernel.Whole kernel) {
        List<Buffer> written = kernel.outputs();
        out.add(out.reference(written.get(0)), optional(out, written, 1), optional(out, written, 2));
        out.add(kernel.scratch() == null ? NONE : out.reference(kernel.scratch()));
    }

    /** The memory for sums that a backward pass wants. */
    static long scratch(Node node) {
        return node.outputs().size() == 1
                ? 0
                : BYTES_OF_SUMS * node.outputs().get(1).shape().size();
    }

    private static void rows(Encoder out, Node node, long dimensions) {
        Shape x = node.input(0).shape();
        int first = x.rank() - (int) dimensions;
        out.add(size(x, 0, first), size(x, first, x.rank()));
    }

    private static long optional(Encoder out, List<Buffer> buffers, int index) {
        return index < buffers.size() ? out.reference(buffers.get(index)) : NONE;
    }

    static void softmax(Encoder out, Kernel.Whole kernel) {
        out.add(((Softmax) kernel.node().operation()).isLogarithm() ? 1 : 0);
        alongAxis(out, kernel);
    }

    static void softmaxBackward(Encoder out, Kernel.Whole kernel) {
        out.add(((Softmax.Backward) kernel.node().operation()).isLogarithm() ? 1 : 0);
        alongAxis(out, kernel);
    }

    private static void alongAxis(Encoder out, Kernel.Whole kernel) {
        Shape x = kernel.node().input(0).shape();
        int axis = (int) kernel.node().attributes().integer(Softmax.AXIS);
        out.add(size(x, 0, axis), x.size(axis), size(x, axis + 1, x.rank()));
        out.references(kernel.inputs());
        out.references(kernel.outputs());
    }

    private static long size(Shape shape, int from, int to) {
        return Shape.of(shape.dims().subList(from, to)).size();
    }
}
