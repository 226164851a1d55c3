package dev.baton.nn;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.Convolution;
import dev.baton.composite.Window;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.List;

/**
 * The transpose of a convolution, which makes pictures larger: [N, inputs, H, W] -> [N, outputs, OH, OW], where OH = (H -
 * 1) stride - 2 padding + dilation (KH - 1) + 1 + output padding. It is what {@link Conv2d} with the same options is on
 * the way back. The weight is [inputs, outputs / groups, KH, KW].
 */
public final class ConvTranspose2d extends Layer {

    private final ConvolutionOptions options;
    private final List<Long> outputPadding;
    private final Parameter weight;
    private final Parameter bias;

    /**
     * A layer with a square kernel, stride 1, no padding and a bias.
     *
     * @throws ShapeException if a number is not positive
     */
    public ConvTranspose2d(long inputs, long outputs, long kernel) {
        this(inputs, outputs, kernel, kernel);
    }

    /** A layer with a kernel of any height and width. */
    public ConvTranspose2d(long inputs, long outputs, long kernelHeight, long kernelWidth) {
        this(ConvolutionOptions.of("ConvTranspose2d", inputs, outputs, kernelHeight, kernelWidth), List.of(0L, 0L));
    }

    private ConvTranspose2d(ConvolutionOptions options, List<Long> outputPadding) {
        this.options = options;
        this.outputPadding = outputPadding;
        long height = options.window().kernel().get(0);
        long width = options.window().kernel().get(1);
        List<Long> stride = options.window().stride();
        // Where the stride is larger than 1, only some elements of the kernel meet at an output.
        double terms = (double) options.inputs() / options.groups() * height * width / (stride.get(0) * stride.get(1));
        this.weight = parameter(
                "weight",
                Shape.of(options.inputs(), options.outputs() / options.groups(), height, width),
                options.initializer(terms));
        this.bias = options.hasBias() ? parameter("bias", Shape.of(options.outputs()), Initializers.constant(0)) : null;
    }

    /** How far apart the places are to which the kernel is added. */
    public ConvTranspose2d stride(long stride) {
        return stride(stride, stride);
    }

    public ConvTranspose2d stride(long height, long width) {
        return new ConvTranspose2d(options.stride(height, width), outputPadding);
    }

    /** What is cut off on every side of the result. */
    public ConvTranspose2d padding(long padding) {
        return padding(padding, padding);
    }

    public ConvTranspose2d padding(long height, long width) {
        return new ConvTranspose2d(options.padding(height, width), outputPadding);
    }

    /** How much less is cut off at the bottom and on the right: tells apart results that a stride makes equal. */
    public ConvTranspose2d outputPadding(long padding) {
        return outputPadding(padding, padding);
    }

    /**
     * As {@link #outputPadding(long)}, for the height and the width.
     *
     * @throws ShapeException if it is negative
     */
    public ConvTranspose2d outputPadding(long height, long width) {
        if (height < 0 || width < 0) {
            throw new ShapeException(
                    "the output padding of ConvTranspose2d is at least 0, not " + height + " x " + width);
        }
        return new ConvTranspose2d(options, List.of(height, width));
    }

    /** From one element of the kernel to the next. */
    public ConvTranspose2d dilation(long dilation) {
        return dilation(dilation, dilation);
    }

    public ConvTranspose2d dilation(long height, long width) {
        return new ConvTranspose2d(options.dilation(height, width), outputPadding);
    }

    /** Input channels come in equal parts, each of which makes its own part of the output channels. */
    public ConvTranspose2d groups(long groups) {
        return new ConvTranspose2d(options.groups(groups), outputPadding);
    }

    /** No bias, as before batch normalisation, which has one of its own. */
    public ConvTranspose2d withoutBias() {
        return new ConvTranspose2d(options.withoutBias(), outputPadding);
    }

    /** How the weight starts. */
    public ConvTranspose2d initializer(Initializer initializer) {
        return new ConvTranspose2d(options.initializer(initializer), outputPadding);
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            Tensor result = transposed(x);
            return bias == null ? result : result.add(bias.in(x).reshape(options.outputs(), 1, 1));
        });
    }

    private Tensor transposed(Tensor x) {
        if (x.shape().rank() != 4) {
            throw x.graph().shapeError("transposed convolution: x is " + x.shape() + " and should be [N, C, H, W]");
        }
        Window window = options.window().window();
        var uncut = new long[2];
        var beyond = new long[2];
        Shape shape = x.shape().with(1, Dim.of(options.outputs()));
        for (int i = 0; i < 2; i++) {
            long added = outputPadding.get(i);
            if (added > 0 && added >= Math.max(window.stride()[i], window.dilation()[i])) {
                throw x.graph()
                        .shapeError(
                                "transposed convolution: the output padding " + added
                                        + " is not smaller than the stride or the dilation, so that it makes rows of the bias alone");
            }
            // Output padding shows what the padding would have cut off; what lies beyond that is 0.
            uncut[i] = Math.min(added, window.after()[i]);
            beyond[i] = added - uncut[i];
            long full = (x.shape().size(2 + i) - 1) * window.stride()[i]
                    + window.dilation()[i] * (window.kernel()[i] - 1)
                    + 1;
            long cut = full - 2 * window.after()[i] + uncut[i];
            if (cut < 1) {
                throw x.graph()
                        .shapeError("transposed convolution: the padding " + window.after()[i] + " leaves nothing of "
                                + full + (i == 0 ? " rows" : " columns"));
            }
            shape = shape.with(2 + i, Dim.of(cut));
        }
        long[] after = {window.after()[0] - uncut[0], window.after()[1] - uncut[1]};
        var attributes = options.attributes().with(Window.AFTER, after).with(Convolution.SHAPE, shape);
        var emit = new Emitter(x.graph());
        Value result = emit.apply(
                Convolution.INPUT_GRADIENT, attributes, x.value(), weight.in(x).value());
        return Tensor.of(x.graph(), result).pad(2, 0, beyond[0], 0).pad(3, 0, beyond[1], 0);
    }

    @Override
    protected String describe() {
        return options.describe();
    }
}
