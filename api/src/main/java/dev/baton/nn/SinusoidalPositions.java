package dev.baton.nn;

import dev.baton.NDArray;
import dev.baton.Shape;
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
            return x.add(Tensor.of(x.graph(), new Emitter(x.graph()).constant(waves(x))));
        });
    }

    /** [T, width]. */
    private static NDArray waves(Tensor x) {
        int positions = Math.toIntExact(x.shape().size(-2));
        int width = Math.toIntExact(x.shape().size(-1));
        NDArray waves = NDArray.zeros(x.dtype(), Shape.of(positions, width));
        for (int t = 0; t < positions; t++) {
            for (int i = 0; i < width; i++) {
                double angle = t * StrictMath.pow(BASE, -(i - i % 2) / (double) width);
                waves.set(t * width + i, i % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle));
            }
        }
        return waves;
    }
}
