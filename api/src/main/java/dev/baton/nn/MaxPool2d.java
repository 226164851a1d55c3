package dev.baton.nn;

import dev.baton.ShapeException;
import dev.baton.composite.MaxPool;
import dev.baton.tensor.Tensor;

/**
 * The largest element of each window: [N, C, H, W] -> [N, C, OH, OW], with OH as of {@link Conv2d}. Windows lie side by
 * side unless a stride is given. The gradient goes to the largest element, to the first of equals.
 */
public final class MaxPool2d extends Layer {

    private final WindowOptions window;

    /**
     * @throws ShapeException if the size is not positive
     */
    public MaxPool2d(long kernel) {
        this(kernel, kernel);
    }

    public MaxPool2d(long kernelHeight, long kernelWidth) {
        this(WindowOptions.of("MaxPool2d", kernelHeight, kernelWidth).stride("MaxPool2d", kernelHeight, kernelWidth));
    }

    private MaxPool2d(WindowOptions window) {
        this.window = window;
    }

    /** From one window to the next. */
    public MaxPool2d stride(long stride) {
        return stride(stride, stride);
    }

    public MaxPool2d stride(long height, long width) {
        return new MaxPool2d(window.stride("MaxPool2d", height, width));
    }

    /** Minus infinity on every side. */
    public MaxPool2d padding(long padding) {
        return padding(padding, padding);
    }

    public MaxPool2d padding(long height, long width) {
        return new MaxPool2d(window.padding("MaxPool2d", height, width));
    }

    /** From one element of a window to the next. */
    public MaxPool2d dilation(long dilation) {
        return dilation(dilation, dilation);
    }

    public MaxPool2d dilation(long height, long width) {
        return new MaxPool2d(window.dilation("MaxPool2d", height, width));
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(
                x, () -> x.apply(MaxPool.FORWARD, window.checkedForPooling(x).attributes()));
    }

    @Override
    protected String describe() {
        return "MaxPool2d(" + window.describe(window.kernel()) + ")";
    }
}
