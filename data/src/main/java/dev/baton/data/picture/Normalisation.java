package dev.baton.data.picture;

import dev.baton.DataException;
import java.util.Arrays;

/**
 * Makes the values of each channel, 0 to 1 from dark to bright, 0 in the mean with a standard deviation of 1: {@code (x -
 * mean) / deviation}. It belongs to a model as its weights do: the pictures that it answers for later need the same one.
 *
 * @param mean of each channel
 * @param deviation of each channel, above 0
 */
public record Normalisation(float[] mean, float[] deviation) {

    public Normalisation {
        mean = mean.clone();
        deviation = deviation.clone();
        if (mean.length == 0 || mean.length != deviation.length) {
            throw new DataException(
                    mean.length + " means and " + deviation.length + " standard deviations of channels");
        }
        for (int channel = 0; channel < mean.length; channel++) {
            if (!Float.isFinite(mean[channel])
                    || !(deviation[channel] > 0)
                    || deviation[channel] == Float.POSITIVE_INFINITY) {
                throw new DataException("channel " + channel + " has the mean " + mean[channel]
                        + " and the standard deviation " + deviation[channel]
                        + ": they are to be finite, and the second above 0");
            }
        }
    }

    @Override
    public float[] mean() {
        return mean.clone();
    }

    @Override
    public float[] deviation() {
        return deviation.clone();
    }

    /** What each of the 256 values of a byte becomes, by channel. */
    float[][] table() {
        var table = new float[mean.length][256];
        for (int channel = 0; channel < mean.length; channel++) {
            for (int value = 0; value < 256; value++) {
                table[channel][value] = (value / 255f - mean[channel]) / deviation[channel];
            }
        }
        return table;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Normalisation that
                && Arrays.equals(mean, that.mean)
                && Arrays.equals(deviation, that.deviation);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(deviation);
    }

    @Override
    public String toString() {
        return "mean " + Arrays.toString(mean) + ", standard deviation " + Arrays.toString(deviation);
    }
}
