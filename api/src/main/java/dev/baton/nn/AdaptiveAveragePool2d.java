package dev.baton.nn;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Emitter;
import dev.baton.tensor.Tensor;

/**
 * Means of parts of a picture, as many as asked for whatever its size: [N, C, H, W] -> [N, C, height, width]. Row i is
 * the mean of rows floor(i H / height) to ceil((i + 1) H / height) - 1, and columns alike, as in PyTorch: where the
 * sizes do not divide, parts overlap.
 */
public final class AdaptiveAveragePool2d extends Layer {

    private final long height;
    private final long width;

    /** A square of so many means. */
    public AdaptiveAveragePool2d(long size) {
        this(size, size);
    }

    /**
     * @throws ShapeException if a size is not positive
     */
    public AdaptiveAveragePool2d(long height, long width) {
        if (height < 1 || width < 1) {
            throw new ShapeException("AdaptiveAveragePool2d gives at least 1 x 1 means, not " + height + " x " + width);
        }
        this.height = height;
        this.width = width;
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            if (x.shape().rank() != 4) {
                throw x.graph().shapeError("average pool: x is " + x.shape() + " and should be [N, C, H, W]");
            }
            Tensor columns = alongLast(x, width);
            return alongLast(columns.transpose(0, 1, 3, 2), height).transpose(0, 1, 3, 2);
        });
    }

    /** [..., size] -> [..., parts], as a product with a matrix that holds a mean in each column. */
    private static Tensor alongLast(Tensor x, long parts) {
        long size = x.shape().size(-1);
        NDArray means = NDArray.zeros(x.dtype(), Shape.of(size, parts));
        for (long part = 0; part < parts; part++) {
            long from = part * size / parts;
            long to = ((part + 1) * size + parts - 1) / parts;
            for (long i = from; i < to; i++) {
                means.set((int) (i * parts + part), 1.0 / (to - from));
            }
        }
        return x.matmul(Tensor.of(x.graph(), new Emitter(x.graph()).constant(means)));
    }

    @Override
    protected String describe() {
        return "AdaptiveAveragePool2d(" + height + " x " + width + ")";
    }
}
