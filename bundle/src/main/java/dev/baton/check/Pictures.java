package dev.baton.check;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import java.util.Random;

/**
 * Pictures of ten classes, made anew for every batch: the pattern of the class, faint under noise, so that a network learns
 * to see it over many steps.
 */
final class Pictures {

    private static final int CLASSES = 10;
    private static final int[] SHAPE = {3, 32, 32};
    private static final int SIZE = SHAPE[0] * SHAPE[1] * SHAPE[2];

    /** Patterns are blocks of one brightness: what a network with small kernels can see. */
    private static final int BLOCK = 4;

    private static final float STRENGTH = 0.4f;

    private final float[][] patterns = new float[CLASSES][SIZE];
    private final Random random;
    private final int batch;

    Pictures(long seed, int batch) {
        this.random = new Random(seed);
        this.batch = batch;
        for (float[] pattern : patterns) {
            var blocks = new float[SIZE / BLOCK];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = (float) random.nextGaussian() * STRENGTH;
            }
            for (int i = 0; i < SIZE; i++) {
                int row = i / SHAPE[2] / BLOCK;
                pattern[i] = blocks[row * (SHAPE[2] / BLOCK) + i % SHAPE[2] / BLOCK];
            }
        }
    }

    /** The next ones: inputs [N, 3, 32, 32], a class each. */
    Batch next() {
        var inputs = new float[batch * SIZE];
        var labels = new int[batch];
        for (int example = 0; example < batch; example++) {
            labels[example] = random.nextInt(CLASSES);
            for (int i = 0; i < SIZE; i++) {
                inputs[example * SIZE + i] = patterns[labels[example]][i] + (float) random.nextGaussian();
            }
        }
        return new Batch(
                NDArray.of(Shape.of(batch, SHAPE[0], SHAPE[1], SHAPE[2]), inputs), NDArray.of(Shape.of(batch), labels));
    }
}
