package dev.baton.nn;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Decoding;
import dev.baton.graph.Emitter;
import dev.baton.tensor.Tensor;

/**
 * Adds a fixed wave to each position (Vaswani et al. 2017, section 3.5): [N, T, width] -> [N, T, width]. Numbers 2 i and
 * 2 i + 1 of position t get the sine and the cosine of t 10000^(-2 i / width). Nothing is learnt.
 */
public final class SinusoidalPositions extends Layer {

    private static final double BASE = 10_000;

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            if (x.shape().rank() < 2) {
                throw x.graph().shapeError("sinusoidal positions: takes [N, T, width], not " + x.shape());
            }
            Decoding decoding = x.graph().decoding();
            long positions = decoding == null ? x.shape().size(-2) : decoding.context();
            NDArray waves = waves(x.dtype(), positions, x.shape().size(-1));
            Tensor all = Tensor.of(x.graph(), new Emitter(x.graph()).constant(waves));
            return x.add(decoding == null ? all : PositionalEmbedding.atPositions(all));
        });
    }

    /** [positions, width]. */
    private static NDArray waves(DType dtype, long count, long numbers) {
        int positions = Math.toIntExact(count);
        int width = Math.toIntExact(numbers);
        NDArray waves = NDArray.zeros(dtype, Shape.of(positions, width));
        for (int t = 0; t < positions; t++) {
            for (int i = 0; i < width; i++) {
                double angle = t * StrictMath.pow(BASE, -(i - i % 2) / (double) width);
                waves.set(t * width + i, i % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle));
            }
        }
        return waves;
    }
}
