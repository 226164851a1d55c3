package dev.baton.data.picture;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.Augmentation;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Sets a square somewhere in a picture to 0, which is the mean colour of normalised pictures: a thing is to be known by
 * all of its parts (DeVries and Taylor 2017, "Improved Regularization of Convolutional Neural Networks with Cutout"). Its
 * centre is anywhere in the picture, so that a part of it may lie outside.
 */
public final class RandomCutout implements Augmentation {

    private final int height;
    private final int width;
    private final int side;

    /**
     * @param shape of the pictures, [C, H, W]
     * @param side of the square, in pixels
     * @throws dev.baton.ShapeException if that is no picture's shape
     * @throws DataException if the square is smaller than a pixel or larger than the picture
     */
    public RandomCutout(Shape shape, int side) {
        PictureShape.require(shape);
        this.height = (int) shape.size(1);
        this.width = (int) shape.size(2);
        this.side = side;
        if (side < 1 || side > Math.min(height, width)) {
            throw new DataException("a square that is cut out of " + height + " x " + width
                    + " pixels has a side of 1 to " + Math.min(height, width) + " of them, not of " + side);
        }
    }

    @Override
    public void apply(float[] from, float[] to, SplittableRandom random) {
        System.arraycopy(from, 0, to, 0, from.length);
        int top = random.nextInt(height) - side / 2;
        int left = random.nextInt(width) - side / 2;
        int first = Math.max(0, left);
        int last = Math.min(width, left + side);
        for (int channel = 0; channel < from.length; channel += height * width) {
            for (int row = Math.max(0, top); row < Math.min(height, top + side); row++) {
                int begin = channel + row * width;
                Arrays.fill(to, begin + first, begin + last, 0);
            }
        }
    }
}
