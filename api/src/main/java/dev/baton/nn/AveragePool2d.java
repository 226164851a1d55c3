package dev.baton.nn;

import dev.baton.ShapeException;
import dev.baton.composite.AveragePool;
import dev.baton.tensor.Tensor;

/**
 * The mean of each window: [N, C, H, W] -> [N, C, OH, OW], with OH as of {@link Conv2d}. Windows lie side by side unless
 * a stride is given.
 */
public final class AveragePool2d extends Layer {

    private final WindowOptions window;
    private final boolean countPadding;

    /**
     * @throws ShapeException if the size is not positive
     */
    public AveragePool2d(long kernel) {
        this(kernel, kernel);
    }

    public AveragePool2d(long kernelHeight, long kernelWidth) {
        this(
                WindowOptions.of("AveragePool2d", kernelHeight, kernelWidth)
                        .stride("AveragePool2d", kernelHeight, kernelWidth),
                true);
    }

    private AveragePool2d(WindowOptions window, boolean countPadding) {
        this.window = window;
        this.countPadding = countPadding;
    }

    /** From one window to the next. */
    public AveragePool2d stride(long stride) {
        return stride(stride, stride);
    }

    public AveragePool2d stride(long height, long width) {
        return new AveragePool2d(window.stride("AveragePool2d", height, width), countPadding);
    }

    /** Zeros on every side, which count as elements of the windows; see {@link #withoutCountingPadding}. */
    public AveragePool2d padding(long padding) {
        return padding(padding, padding);
    }

    public AveragePool2d padding(long height, long width) {
        return new AveragePool2d(window.padding("AveragePool2d", height, width), countPadding);
    }

    /** The mean is that of the elements of the picture alone. */
    public AveragePool2d withoutCountingPadding() {
        return new AveragePool2d(window, false);
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(
                x,
                () -> x.apply(
                        AveragePool.FORWARD,
                        window.checkedForPooling(x).attributes().with(AveragePool.COUNT_PADDING, countPadding)));
    }

    @Override
    protected String describe() {
        return "AveragePool2d(" + window.describe(window.kernel()) + ")";
    }
}
