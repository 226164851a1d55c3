package dev.baton.data.picture;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.ClassSource;
import dev.baton.data.Examples;
import java.util.List;
import java.util.Locale;

/**
 * Pictures of one size, a byte for each value, with their classes. Those from folders and CIFAR-10's files stand in such
 * an order that every part of them holds each class in the same share as the whole does.
 */
public final class Pictures {

    private final Shape shape;
    private final List<String> classes;
    private final List<String> names;
    private final PictureStore store;
    private final long[] places;
    private final int[] labels;

    /**
     * @param places where in the store each picture is
     */
    Pictures(Shape shape, List<String> classes, List<String> names, PictureStore store, long[] places, int[] labels) {
        this.shape = shape;
        this.classes = classes;
        this.names = names;
        this.store = store;
        this.places = places;
        this.labels = labels;
    }

    private byte[] values(int picture) {
        return store.get(places[picture], (int) shape.size());
    }

    /** The number of pictures. */
    public int size() {
        return places.length;
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
        // Bytes are few and whole: their sums are exact in any order.
        var sums = new long[channels];
        var squares = new long[channels];
        for (int picture = 0; picture < size(); picture++) {
            byte[] values = values(picture);
            for (int i = 0; i < values.length; i++) {
                int value = values[i] & 0xFF;
                sums[i / each] += value;
                squares[i / each] += value * value;
            }
        }
        double count = (double) each * size();
        var mean = new float[channels];
        var deviation = new float[channels];
        for (int channel = 0; channel < channels; channel++) {
            double average = sums[channel] / count;
            mean[channel] = (float) (average / 255);
            double variance = squares[channel] / count - average * average;
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

    private record Normalised(Pictures pictures, float[][] table) implements ClassSource {

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
            byte[] picture = pictures.values(example);
            int each = picture.length / table.length;
            for (int i = 0; i < picture.length; i++) {
                values[i] = table[i / each][picture[i] & 0xFF];
            }
        }
    }
}
