package dev.baton.examples;

import dev.baton.data.Augmentation;
import java.util.SplittableRandom;

/**
 * Draws a digit as another hand might have: turned, slanted, stretched and moved a little. The writers of the test
 * digits are other people than those of the training digits. How far was chosen on blocks of the training file that
 * were held out in turn.
 */
final class Distortion implements Augmentation {

    private static final double TURN = Math.toRadians(12);
    private static final double STRETCH = 0.12;
    private static final double SLANT = 0.2;
    private static final double MOVE = 0.6;

    private final int side;
    private final float background;

    /**
     * @param side of the square pictures, in pixels
     * @param background the value of a pixel without ink
     */
    Distortion(int side, float background) {
        this.side = side;
        this.background = background;
    }

    @Override
    public void apply(float[] from, float[] to, SplittableRandom random) {
        double turn = symmetric(random, TURN);
        double rows = StrictMath.exp(symmetric(random, STRETCH));
        double columns = StrictMath.exp(symmetric(random, STRETCH));
        double slant = symmetric(random, SLANT);
        double down = symmetric(random, MOVE);
        double right = symmetric(random, MOVE);
        double cos = StrictMath.cos(turn);
        double sin = StrictMath.sin(turn);
        double middle = (side - 1) / 2.0;
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                // Where the new picture's pixel lies in the old one.
                double y = row - middle;
                double x = column - middle;
                double oldRow = rows * (cos * y - sin * x) + down + middle;
                double oldColumn = columns * (sin * y + cos * x) + slant * (cos * y - sin * x) + right + middle;
                to[row * side + column] = between(from, oldRow, oldColumn);
            }
        }
    }

    private static double symmetric(SplittableRandom random, double bound) {
        return random.nextDouble(-bound, bound);
    }

    /** Bilinear interpolation between four pixels. */
    private float between(float[] picture, double row, double column) {
        int top = (int) Math.floor(row);
        int left = (int) Math.floor(column);
        double lower = row - top;
        double righter = column - left;
        return (float)
                ((1 - lower) * ((1 - righter) * pixel(picture, top, left) + righter * pixel(picture, top, left + 1))
                        + lower
                                * ((1 - righter) * pixel(picture, top + 1, left)
                                        + righter * pixel(picture, top + 1, left + 1)));
    }

    private float pixel(float[] picture, int row, int column) {
        boolean inside = row >= 0 && row < side && column >= 0 && column < side;
        return inside ? picture[row * side + column] : background;
    }
}
