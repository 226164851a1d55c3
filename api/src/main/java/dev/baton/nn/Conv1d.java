package dev.baton.nn;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.tensor.Tensor;
import java.util.List;

/**
 * A convolution of sequences: [N, inputs, L] -> [N, outputs, OL], where OL = (L + 2 padding - dilation (K - 1) - 1) /
 * stride + 1, rounded down. The weight is [outputs, inputs / groups, K]; for the rest see {@link Conv2d}.
 */
public final class Conv1d extends Layer {

    private final ConvolutionOptions options;
    private final Parameter weight;
    private final Parameter bias;

    /**
     * A layer with stride 1, no padding and a bias.
     *
     * @throws ShapeException if a number is not positive
     */
    public Conv1d(long inputs, long outputs, long kernel) {
        this(ConvolutionOptions.of("Conv1d", inputs, outputs, 1, kernel));
    }

    private Conv1d(ConvolutionOptions options) {
        this.options = options;
        long inputs = options.inputs() / options.groups();
        long kernel = options.window().size();
        this.weight =
                parameter("weight", Shape.of(options.outputs(), inputs, kernel), options.initializer(inputs * kernel));
        this.bias = options.hasBias() ? parameter("bias", Shape.of(options.outputs()), Initializers.constant(0)) : null;
    }

    /** From one place of the kernel to the next. */
    public Conv1d stride(long stride) {
        return new Conv1d(options.stride(1, stride));
    }

    /** So many zeros at the start and at the end. */
    public Conv1d padding(long padding) {
        return new Conv1d(options.padding(0, padding));
    }

    /** From one element of the kernel to the next, so that it spans more of the sequence. */
    public Conv1d dilation(long dilation) {
        return new Conv1d(options.dilation(1, dilation));
    }

    /** Output channels come in equal parts, each of which sees its own part of the input channels. */
    public Conv1d groups(long groups) {
        return new Conv1d(options.groups(groups));
    }

    /** No bias, as before batch normalisation, which has one of its own. */
    public Conv1d withoutBias() {
        return new Conv1d(options.withoutBias());
    }

    /** How the weight starts. */
    public Conv1d initializer(Initializer initializer) {
        return new Conv1d(options.initializer(initializer));
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            if (x.shape().rank() != 3) {
                throw x.graph().shapeError("convolution: x is " + x.shape() + " and should be [N, C, L]");
            }
            Tensor row = options.convolve(withRow(x), withRow(weight.in(x)), bias);
            return row.reshape(row.shape().without(2));
        });
    }

    /** A sequence as a picture of one row: [a, b, L] -> [a, b, 1, L]. */
    private static Tensor withRow(Tensor x) {
        Shape shape = x.shape();
        return x.reshape(Shape.of(List.of(shape.dim(0), shape.dim(1), Dim.of(1), shape.dim(2))));
    }

    @Override
    protected String describe() {
        return options.describe();
    }
}
