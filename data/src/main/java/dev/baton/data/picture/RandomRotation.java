package dev.baton.data.picture;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.Augmentation;
import java.util.SplittableRandom;

/**
 * Turns a picture around its centre by an angle at random, with values between pixels by their distances (bilinear), and 0,
 * the mean colour of normalised pictures, where there was none.
 */
public final class RandomRotation implements Augmentation {

    private final int height;
    private final int width;
    private final double radians;

    /**
     * @param shape of the pictures, [C, H, W]
     * @param degrees by which a picture is turned at most, in either direction; above 0, at most 180
     * @throws dev.baton.ShapeException if that is no picture's shape
     * @throws DataException if there is no such angle
     */
    public RandomRotation(Shape shape, double degrees) {
        PictureShape.require(shape);
        if (!(degrees > 0 && degrees <= 180)) {
            throw new DataException("a picture is turned by up to 180 degrees, not by " + degrees);
        }
        this.height = (int) shape.size(1);
        this.width = (int) shape.size(2);
        this.radians = Math.toRadians(degrees);
    }

    @Override
    public void apply(float[] from, float[] to, SplittableRandom random) {
        turn(from, to, radians * (2 * random.nextDouble() - 1));
    }

    /** Turned by an angle, clockwise where it is positive. StrictMath: the same bits everywhere. */
    void turn(float[] from, float[] to, double angle) {
        double sine = StrictMath.sin(angle);
        double cosine = StrictMath.cos(angle);
        double middleRow = (height - 1) / 2.0;
        double middleColumn = (width - 1) / 2.0;
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                double right = column - middleColumn;
                double down = row - middleRow;
                double fromRow = middleRow + cosine * down - sine * right;
                double fromColumn = middleColumn + sine * down + cosine * right;
                for (int channel = 0; channel < from.length; channel += height * width) {
                    to[channel + row * width + column] = between(from, channel, fromRow, fromColumn);
                }
            }
        }
    }

    private float between(float[] from, int channel, double row, double column) {
        int top = (int) Math.floor(row);
        int left = (int) Math.floor(column);
        double down = row - top;
        double right = column - left;
        return (float)
                ((1 - down) * ((1 - right) * at(from, channel, top, left) + right * at(from, channel, top, left + 1))
                        + down
                                * ((1 - right) * at(from, channel, top + 1, left)
                                        + right * at(from, channel, top + 1, left + 1)));
    }

    private float at(float[] from, int channel, int row, int column) {
        boolean inside = row >= 0 && row < height && column >= 0 && column < width;
        return inside ? from[channel + row * width + column] : 0;
    }
}
