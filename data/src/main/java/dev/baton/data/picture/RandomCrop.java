package dev.baton.data.picture;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.Augmentation;
import java.util.SplittableRandom;

/**
 * Shifts a picture by up to some pixels in each direction, as if it had been cut from one with a border of zeros (which
 * are the mean colour of normalised pictures). Where a thing stands in a picture does not say what it is.
 */
public final class RandomCrop implements Augmentation {

    private final int height;
    private final int width;
    private final int padding;

    /**
     * @param shape of the pictures, [C, H, W]
     * @param padding how many pixels a picture moves at most, from 1 to less than its height and width
     * @throws dev.baton.ShapeException if that is no picture's shape
     * @throws DataException if pictures cannot move so far
     */
    public RandomCrop(Shape shape, int padding) {
        PictureShape.require(shape);
        this.height = (int) shape.size(1);
        this.width = (int) shape.size(2);
        this.padding = padding;
        if (padding < 1 || padding >= Math.min(height, width)) {
            throw new DataException("a picture of " + height + " x " + width + " pixels can be shifted by 1 to "
                    + (Math.min(height, width) - 1) + " of them, not by " + padding);
        }
    }

    @Override
    public void apply(float[] from, float[] to, SplittableRandom random) {
        int down = random.nextInt(-padding, padding + 1);
        int right = random.nextInt(-padding, padding + 1);
        int kept = width - Math.abs(right);
        int channels = from.length / (height * width);
        for (int channel = 0; channel < channels; channel++) {
            for (int row = Math.max(0, down); row < height + Math.min(0, down); row++) {
                int target = (channel * height + row) * width + Math.max(0, right);
                int origin = (channel * height + row - down) * width + Math.max(0, -right);
                System.arraycopy(from, origin, to, target, kept);
            }
        }
    }
}
