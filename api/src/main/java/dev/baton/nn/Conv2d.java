package dev.baton.nn;

import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.tensor.Tensor;

/**
 * A convolution of pictures: [N, inputs, H, W] -> [N, outputs, OH, OW], where OH = (H + 2 padding - dilation (KH - 1) -
 * 1) / stride + 1, rounded down. The weight is [outputs, inputs / groups, KH, KW] and starts with He's normal weights,
 * the bias with 0.
 *
 * <p>An option gives a new layer: {@code new Conv2d(3, 32, 3).stride(2).padding(1).withoutBias()}.
 */
public final class Conv2d extends Layer {

    private final ConvolutionOptions options;
    private final Parameter weight;
    private final Parameter bias;

    /**
     * A layer with a square kernel, stride 1, no padding and a bias.
     *
     * @throws ShapeException if a number is not positive
     */
    public Conv2d(long inputs, long outputs, long kernel) {
        this(inputs, outputs, kernel, kernel);
    }

    /** A layer with a kernel of any height and width. */
    public Conv2d(long inputs, long outputs, long kernelHeight, long kernelWidth) {
        this(ConvolutionOptions.of("Conv2d", inputs, outputs, kernelHeight, kernelWidth));
    }

    private Conv2d(ConvolutionOptions options) {
        this.options = options;
        long inputs = options.inputs() / options.groups();
        long height = options.window().kernel().get(0);
        long width = options.window().kernel().get(1);
        this.weight = parameter(
                "weight",
                Shape.of(options.outputs(), inputs, height, width),
                options.initializer(inputs * options.window().size()));
        this.bias = options.hasBias() ? parameter("bias", Shape.of(options.outputs()), Initializers.constant(0)) : null;
    }

    /** From one place of the kernel to the next. */
    public Conv2d stride(long stride) {
        return stride(stride, stride);
    }

    public Conv2d stride(long height, long width) {
        return new Conv2d(options.stride(height, width));
    }

    /** Zeros on every side. */
    public Conv2d padding(long padding) {
        return padding(padding, padding);
    }

    /** So many rows of zeros above and below, and columns on the left and on the right. */
    public Conv2d padding(long height, long width) {
        return new Conv2d(options.padding(height, width));
    }

    /** From one element of the kernel to the next, so that it spans more of the picture. */
    public Conv2d dilation(long dilation) {
        return dilation(dilation, dilation);
    }

    public Conv2d dilation(long height, long width) {
        return new Conv2d(options.dilation(height, width));
    }

    /** Output channels come in equal parts, each of which sees its own part of the input channels. */
    public Conv2d groups(long groups) {
        return new Conv2d(options.groups(groups));
    }

    /** No bias, as before batch normalisation, which has one of its own. */
    public Conv2d withoutBias() {
        return new Conv2d(options.withoutBias());
    }

    /** How the weight starts. */
    public Conv2d initializer(Initializer initializer) {
        return new Conv2d(options.initializer(initializer));
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> options.convolve(x, weight.in(x), bias));
    }

    @Override
    protected String describe() {
        return options.describe();
    }
}
