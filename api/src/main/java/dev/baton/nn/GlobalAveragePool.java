package dev.baton.nn;

import dev.baton.tensor.Tensor;
import java.util.stream.IntStream;

/** The mean of each channel: [N, C, ...] -> [N, C]. */
public final class GlobalAveragePool extends Layer {

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            if (x.shape().rank() < 3) {
                throw x.graph().shapeError("average pool: x is " + x.shape() + " and should be [N, C, ...]");
            }
            return x.mean(IntStream.range(2, x.shape().rank()).toArray());
        });
    }
}
