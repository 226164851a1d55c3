package dev.baton.core;

import dev.baton.Shape;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.Convolution;
import dev.baton.composite.MaxPool;
import dev.baton.composite.RectifiedConvolution;
import dev.baton.composite.Window;
import dev.baton.composite.WinogradConvolution;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import java.util.List;

/** The words of convolutions, pooling and batch normalisation. */
final class PictureWords {

    static final int CONVOLUTION = 14;
    static final int CONVOLUTION_BY_INPUT = 15;
    static final int CONVOLUTION_BY_WEIGHT = 16;

    /** Added to the opcode of a convolution, or of one of its gradients, that is computed by Winograd's method. */
    static final int WINOGRAD = 128;

    /** Added to the opcode of a convolution whose weight was transformed for it beforehand. */
    static final int TRANSFORMED = 192;

    /** Added to that of a convolution, or of its gradient by the input, that is computed so with products of bfloat16. */
    private static final int WINOGRAD_OF_BFLOAT16 = 256;

    /** With fewer channels on either side, transforming pictures and results costs more than Winograd's method saves. */
    private static final long FEWEST_CHANNELS = 16;

    /** Products of bfloat16 take less time than what is transformed for them. */
    private static final long FEWEST_OF_BFLOAT16 = 32;

    private PictureWords() {}

    /**
     * Whether a convolution is computed by Winograd's method, which needs 16 products where the direct way has 36, and
     * whose sums are about as exact. Chosen by the layer alone: pictures give the same answers alone as among others.
     *
     * <p>With products of bfloat16 gradients by the weight are not: those that should be 0 would be errors of rounding, by
     * which an optimizer that divides by how large gradients were takes full steps.
     */
    static boolean byWinograd(NativeCore core, Node node) {
        int opcode = plainOpcode(node.operation());
        if (opcode == 0 || isRounded(node) && opcode == CONVOLUTION_BY_WEIGHT) {
            return false;
        }
        return fitsWinograd(node) && core.has_command(opcode + WINOGRAD) == 1;
    }

    private static boolean isRounded(Node node) {
        return node.attributes().flag(Primitive.BFLOAT16);
    }

    /** Whether a convolution with a transformed weight is computed so. */
    static boolean byTransformedWeight(NativeCore core, Node node) {
        return isTransformed(node.operation())
                && fitsWinograd(node)
                && core.has_command(CONVOLUTION + TRANSFORMED) == 1;
    }

    /** By the layer alone: of a model that is prepared for any number of pictures, these have no size yet. */
    private static boolean fitsWinograd(Node node) {
        Shape weight = weight(node);
        Window window = Window.of(node.attributes(), new long[] {weight.size(2), weight.size(3)});
        boolean tile = true;
        for (int side = 0; side < 2; side++) {
            tile &= window.kernel()[side] == 3
                    && window.stride()[side] == 1
                    && window.before()[side] <= 2
                    && window.dilation()[side] == 1;
        }
        boolean isWhole = node.attributes().integer(Convolution.GROUPS) == 1;
        long fewest = isRounded(node) ? FEWEST_OF_BFLOAT16 : FEWEST_CHANNELS;
        return tile && isWhole && Math.min(weight.size(0), weight.size(1)) >= fewest;
    }

    /** The weight [O, C / groups, KH, KW] of a convolution or of one of its gradients. */
    private static Shape weight(Node node) {
        if (node.operation() == Convolution.WEIGHT_GRADIENT) {
            return node.attributes().shape(Convolution.SHAPE);
        }
        return isTransformed(node.operation())
                ? WinogradConvolution.weightShape(node.inputTypes(), node.attributes())
                : node.input(1).shape();
    }

    /** The opcode that the workspace of a convolution or of a gradient of one goes by; 0 for any other operation. */
    static int convolutionOpcode(NativeCore core, Node node) {
        if (isTransformed(node.operation())) {
            return CONVOLUTION + TRANSFORMED;
        }
        int opcode = plainOpcode(node.operation());
        return opcode == 0 ? 0 : opcode + variant(core, node);
    }

    /** That of a convolution or of a gradient of one, whose weights are not transformed, rectified or not; 0 for any other. */
    private static int plainOpcode(Operation operation) {
        if (isForward(operation)) {
            return CONVOLUTION;
        }
        if (isInputGradient(operation)) {
            return CONVOLUTION_BY_INPUT;
        }
        return operation == Convolution.WEIGHT_GRADIENT ? CONVOLUTION_BY_WEIGHT : 0;
    }

    /** What is added to the opcode of any operation for how it is computed. */
    static int variant(NativeCore core, Node node) {
        if (byWinograd(core, node)) {
            return isRounded(node) ? WINOGRAD_OF_BFLOAT16 : WINOGRAD;
        }
        return Encoder.rounded(isRounded(node));
    }

    static boolean isTransformed(Operation operation) {
        return operation == WinogradConvolution.INSTANCE || operation == WinogradConvolution.RECTIFIED;
    }

    private static boolean isForward(Operation operation) {
        return operation == Convolution.FORWARD || operation == RectifiedConvolution.FORWARD;
    }

    private static boolean isInputGradient(Operation operation) {
        return operation == Convolution.INPUT_GRADIENT || operation == RectifiedConvolution.INPUT_GRADIENT;
    }

    /** The sizes of a convolution, the same for itself and its gradients. */
    static long[] geometry(Node node) {
        Operation operation = node.operation();
        Shape x = isInputGradient(operation)
                ? node.attributes().shape(Convolution.SHAPE)
                : node.input(0).shape();
        Shape weight = weight(node);
        Window window = Window.of(node.attributes(), new long[] {weight.size(2), weight.size(3)});
        Shape results = window.places(x, weight.dim(0));
        long groups = node.attributes().integer(Convolution.GROUPS);
        var words = new long[16];
        words[0] = x.size(0);
        words[1] = x.size(1);
        words[2] = weight.size(0);
        words[3] = groups;
        for (int side = 0; side < 2; side++) {
            int at = 4 + 6 * side;
            words[at] = x.size(2 + side);
            words[at + 1] = weight.size(2 + side);
            words[at + 2] = results.size(2 + side);
            words[at + 3] = window.stride()[side];
            words[at + 4] = window.before()[side];
            words[at + 5] = window.dilation()[side];
        }
        return words;
    }

    static void convolution(Encoder out, Kernel.Whole kernel) {
        out.add(geometry(kernel.node()));
        out.references(kernel.inputs().subList(0, 2));
        if (kernel.node().operation() != Convolution.WEIGHT_GRADIENT) {
            Operation operation = kernel.node().operation();
            boolean isWhole = isForward(operation) || isTransformed(operation);
            boolean hasBias = isWhole && kernel.inputs().size() == 3;
            out.add(hasBias ? out.reference(kernel.inputs().get(2)) : -1);
        }
        out.references(kernel.outputs());
        // Without pictures there is no scratch, and what is named instead is not touched.
        Buffer scratch = kernel.scratch() == null ? kernel.outputs().get(0) : kernel.scratch();
        out.add(out.reference(scratch));
    }

    static void rectifiedInputGradient(Encoder out, Kernel.Whole kernel) {
        convolution(out, kernel);
        out.add(out.reference(kernel.inputs().get(2)));
    }

    static void maxPool(Encoder out, Kernel.Whole kernel) {
        Node node = kernel.node();
        boolean backward = node.operation() == MaxPool.BACKWARD;
        Shape x = backward
                ? node.attributes().shape(MaxPool.SHAPE)
                : node.input(0).shape();
        Shape y = backward ? node.input(0).shape() : node.outputs().get(0).shape();
        Window window = Window.of(node.attributes());
        out.add(x.size(0) * x.size(1), x.size(2), x.size(3));
        for (long[] pair : List.of(window.kernel(), window.stride(), window.before(), window.dilation())) {
            out.add(pair);
        }
        out.add(y.size(2), y.size(3));
        if (backward) {
            out.references(kernel.inputs());
            out.references(kernel.outputs());
        } else {
            out.add(
                    out.reference(kernel.inputs().get(0)),
                    out.reference(kernel.outputs().get(1)));
            out.add(out.reference(kernel.outputs().get(0)));
        }
    }

    static void batchNorm(Encoder out, Kernel.Whole kernel) {
        channels(out, kernel);
        out.real(kernel.node().attributes().number(BatchNorm.EPSILON));
        out.references(kernel.inputs().subList(0, 3));
        out.add(
                out.reference(kernel.outputs().get(1)),
                out.reference(kernel.outputs().get(2)),
                -1);
        out.add(out.reference(kernel.outputs().get(0)), -1, -1);
    }

    static void batchNormBackward(Encoder out, Kernel.Whole kernel) {
        List<Buffer> inputs = kernel.inputs();
        channels(out, kernel);
        out.real(0);
        out.references(inputs.subList(0, 2));
        out.add(-1);
        out.references(inputs.subList(2, 4));
        // Behind the result, where that is told too.
        out.add(out.reference(inputs.get(inputs.size() - 1)));
        out.references(kernel.outputs());
    }

    static void rectifiedBatchNorm(Encoder out, Kernel.Whole kernel) {
        batchNorm(out, kernel);
        out.add(kernel.inputs().size() == 4 ? out.reference(kernel.inputs().get(3)) : -1);
    }

    static void rectifiedBatchNormBackward(Encoder out, Kernel.Whole kernel) {
        batchNormBackward(out, kernel);
        out.add(out.reference(kernel.inputs().get(4)));
    }

    /** The examples, the channels and the elements of a channel. */
    private static void channels(Encoder out, Kernel.Whole kernel) {
        Shape x = kernel.node().input(0).shape();
        out.add(x.size(0), x.size(1), Shape.of(x.dims().subList(2, x.rank())).size());
    }
}
