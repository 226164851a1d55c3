package dev.baton.data.picture;

import dev.baton.Shape;
import dev.baton.data.Augmentation;
import java.util.SplittableRandom;

/** Turns every second picture over, left to right: a cat that looks to the left is as much a cat. */
public final class RandomFlip implements Augmentation {

    private final int width;

    /**
     * @param shape of the pictures, [C, H, W]
     * @throws dev.baton.ShapeException if that is no picture's shape
     */
    public RandomFlip(Shape shape) {
        PictureShape.require(shape);
        this.width = (int) shape.size(2);
    }

    @Override
    public void apply(float[] from, float[] to, SplittableRandom random) {
        if (!random.nextBoolean()) {
            System.arraycopy(from, 0, to, 0, from.length);
            return;
        }
        for (int row = 0; row < from.length; row += width) {
            for (int column = 0; column < width; column++) {
                to[row + column] = from[row + width - 1 - column];
            }
        }
    }
}
