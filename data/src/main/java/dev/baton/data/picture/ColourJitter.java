package dev.baton.data.picture;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.Augmentation;
import java.util.SplittableRandom;

/**
 * Changes the light of a picture at random: brightness, contrast and saturation. A cat at dusk is as much a cat. For
 * normalised pictures, whose values are standard deviations from the mean colour.
 */
public final class ColourJitter implements Augmentation {

    private final int each;
    private final double brightness;
    private final double contrast;
    private final double saturation;

    /**
     * @param shape of the pictures, [C, H, W]
     * @param brightness how many standard deviations are added to all values at most, or taken away
     * @param contrast by which share values are stretched away from the mean at most, or drawn to it; below 1
     * @param saturation by which share channels are drawn apart from the grey of their pixel at most, or drawn to it; at
     *     most 1
     * @throws dev.baton.ShapeException if that is no picture's shape
     * @throws DataException if a number is negative or too large
     */
    public ColourJitter(Shape shape, double brightness, double contrast, double saturation) {
        PictureShape.require(shape);
        boolean fits = brightness >= 0
                && brightness < Double.POSITIVE_INFINITY
                && contrast >= 0
                && contrast < 1
                && saturation >= 0
                && saturation <= 1;
        if (!fits) {
            throw new DataException("brightness is at least 0, contrast 0 to below 1, saturation 0 to 1; not "
                    + brightness + ", " + contrast + " and " + saturation);
        }
        this.each = (int) (shape.size(1) * shape.size(2));
        this.brightness = brightness;
        this.contrast = contrast;
        this.saturation = saturation;
    }

    @Override
    public void apply(float[] from, float[] to, SplittableRandom random) {
        double added = brightness * (2 * random.nextDouble() - 1);
        double stretched = 1 + contrast * (2 * random.nextDouble() - 1);
        double apart = 1 + saturation * (2 * random.nextDouble() - 1);
        int channels = from.length / each;
        for (int pixel = 0; pixel < each; pixel++) {
            double grey = 0;
            for (int channel = 0; channel < channels; channel++) {
                grey += from[channel * each + pixel] / channels;
            }
            for (int i = pixel; i < from.length; i += each) {
                to[i] = (float) ((grey + apart * (from[i] - grey)) * stretched + added);
            }
        }
    }
}
