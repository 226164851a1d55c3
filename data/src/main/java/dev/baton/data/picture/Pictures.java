package dev.baton.data.picture;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.ExampleSource;
import dev.baton.data.Examples;
import java.util.List;
import java.util.Locale;

/**
 * Pictures of one size in memory, a byte for each value, with their classes. Those from folders and CIFAR-10's files stand in such an
 * order that every part of them holds each class in the same share as the whole does.
 */
public final class Pictures {

    private final Shape shape;
    private final List<String> classes;
    private final List<String> names;
    private final byte[][] values;
    private final int[] labels;

    Pictures(Shape shape, List<String> classes, List<String> names, byte[][] values, int[] labels) {
        this.shape = shape;
        this.classes = classes;
        this.names = names;
        this.values = values;
        this.labels = labels;
    }

    /** The number of pictures. */
    public int size() {
        return values.length;
    }

    /** The shape of each, [3, H, W]: red, green, blue; or [1, H, W]. */
    public Shape shape() {
        return shape;
    }

    /** The names of the classes, by label. */
    public List<String> classes() {
        return classes;
    }

    /**
     * The class of a picture, from 0.
     *
     * @throws DataException if there is no such picture
     */
    public int label(int picture) {
        requirePicture(picture);
        return labels[picture];
    }

    /**
     * The name of a picture's file within what was read; with the record, where one file holds many.
     *
     * @throws DataException if there is no such picture
     */
    public String name(int picture) {
        requirePicture(picture);
        return names.get(picture);
    }

    private void requirePicture(int picture) {
        if (picture < 0 || picture >= size()) {
            throw new DataException("there is no picture " + picture + ": there are " + size() + ", from 0");
        }
    }

    /** The mean and the standard deviation of each channel of these pictures. */
    public Normalisation normalisation() {
        int channels = (int) shape.size(0);
        int each = (int) (shape.size() / channels);
        var mean = new float[channels];
        var deviation = new float[channels];
        for (int channel = 0; channel < channels; channel++) {
            // Bytes are few and whole: their sums are exact in any order.
            long sum = 0;
            long squares = 0;
            for (byte[] picture : values) {
                for (int i = channel * each; i < (channel + 1) * each; i++) {
                    int value = picture[i] & 0xFF;
                    sum += value;
                    squares += value * value;
                }
            }
            double count = (double) each * values.length;
            mean[channel] = (float) (sum / count / 255);
            double variance = squares / count - sum / count * (sum / count);
            // A channel of one value everywhere says nothing: it becomes 0.
            deviation[channel] = variance > 0 ? (float) (Math.sqrt(variance) / 255) : 1;
        }
        return new Normalisation(mean, deviation);
    }

    /**
     * The pictures as examples: float32 [C, H, W].
     *
     * @param normalisation that of the pictures which the model learns from
     * @throws DataException if it is not one of as many channels
     */
    public Examples examples(Normalisation normalisation) {
        int channels = normalisation.mean().length;
        if (channels != shape.size(0)) {
            throw new DataException(
                    "the normalisation is one of " + channels + " channels, but pictures have " + shape.size(0));
        }
        return Examples.of(new Normalised(this, normalisation.table()));
    }

    /** For instance {@code 15,000 pictures of 32 x 32 pixels, 3 classes: bird, cat, dog}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d pictures of %d x %d pixels, %,d classes: %s",
                size(),
                shape.size(1),
                shape.size(2),
                classes.size(),
                String.join(", ", classes));
    }

    private record Normalised(Pictures pictures, float[][] table) implements ExampleSource {

        @Override
        public int size() {
            return pictures.size();
        }

        @Override
        public Shape shape() {
            return pictures.shape;
        }

        @Override
        public int classes() {
            return pictures.classes.size();
        }

        @Override
        public int label(int example) {
            return pictures.labels[example];
        }

        @Override
        public void read(int example, float[] values) {
            byte[] picture = pictures.values[example];
            int each = picture.length / table.length;
            for (int i = 0; i < picture.length; i++) {
                values[i] = table[i / each][picture[i] & 0xFF];
            }
        }
    }
}
