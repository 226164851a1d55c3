package dev.baton.data.picture;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.io.ModelFile;
import dev.baton.io.ModelInfo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes what a model is shown of any picture: the size and the colours of the pictures that it learnt from. It belongs to a
 * model as its weights do: {@link #texts} goes into the model's file, and {@link #load} reads it again.
 *
 * <p>Of a picture with other sides the middle is taken, with as much as fits, and made larger or smaller: each value is a mean
 * of the values around its place, weighted with their nearness (a triangle as wide as two of the larger of the pixels).
 *
 * @param shape of a picture that the model is shown: [3, H, W], red, green, blue, or [1, H, W], grey
 * @param normalisation of its channels
 */
public record PictureEncoder(Shape shape, Normalisation normalisation) {

    /** Under which it is among the texts of a model's file. */
    private static final String TEXT = "picture";

    /** A file may claim any size; a larger one is none that a model is shown. */
    private static final long MOST_VALUES = 1L << 28;

    /**
     * Checks that both belong together.
     *
     * @throws dev.baton.ShapeException if the shape is not [C, H, W]
     * @throws DataException if there are neither one nor three channels, or the normalisation is one of others
     */
    public PictureEncoder {
        PictureShape.require(shape);
        long channels = shape.size(0);
        if ((channels != 1 && channels != 3) || shape.size() < 1 || shape.size() > MOST_VALUES) {
            throw new DataException("pictures are [3, H, W] or [1, H, W], not " + shape);
        }
        if (normalisation.mean().length != channels) {
            throw new DataException("the normalisation is one of " + normalisation.mean().length
                    + " channels, but pictures have " + channels);
        }
    }

    /** That of pictures which a model learns from. */
    public static PictureEncoder of(Pictures pictures, Normalisation normalisation) {
        return new PictureEncoder(pictures.shape(), normalisation);
    }

    /**
     * What the model is shown for the picture in a file: JPEG, PNG, GIF or BMP.
     *
     * @return values in row-major order of {@link #shape}
     * @throws DataException if it cannot be read, or is no picture; naming the file
     */
    public float[] input(Path file) {
        try {
            PictureFile.Decoded decoded = PictureFile.decode(Files.readAllBytes(file), Optional.empty());
            if (decoded.values() == null) {
                throw new DataException(
                        file + " is no picture that can be read: "
                                + decoded.failure().getMessage(),
                        decoded.failure());
            }
            return input(decoded.values(), decoded.size());
        } catch (NoSuchFileException e) {
            throw new DataException("cannot read " + file + ": there is no such file", e);
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * What the model is shown for a picture in memory.
     *
     * @return values in row-major order of {@link #shape}
     */
    public float[] input(BufferedImage picture) {
        return input(PictureFile.values(picture), new PictureFile.Size(picture.getHeight(), picture.getWidth()));
    }

    private float[] input(byte[] values, PictureFile.Size size) {
        int height = (int) shape.size(1);
        int width = (int) shape.size(2);
        int channels = (int) shape.size(0);
        float[] fitted = new Resizing(size.height(), size.width(), height, width).apply(values, 3);
        float[][] table = normalisation.table();
        int each = height * width;
        var shown = new float[channels * each];
        for (int i = 0; i < shown.length; i++) {
            int channel = i / each;
            float value = channels == 3 ? fitted[i] : grey(fitted[i], fitted[each + i], fitted[2 * each + i]);
            shown[i] = table[channel][Math.round(value)];
        }
        return shown;
    }

    /** Luma of ITU-R BT.601. */
    private static float grey(float red, float green, float blue) {
        return 0.299f * red + 0.587f * green + 0.114f * blue;
    }

    /** What {@code ModelInfo.texts} takes, so that model and encoder are one file. */
    public Map<String, String> texts() {
        var words = new ArrayList<String>();
        for (long size : shape.toArray()) {
            words.add(Long.toString(size));
        }
        for (float[] numbers : List.of(normalisation.mean(), normalisation.deviation())) {
            for (float number : numbers) {
                words.add(Float.toString(number));
            }
        }
        return Map.of(TEXT, String.join(" ", words));
    }

    /** Whether a model's file has an encoder of pictures. */
    public static boolean isIn(ModelInfo info) {
        return info.texts().containsKey(TEXT);
    }

    /**
     * The encoder that was saved with a model.
     *
     * @throws DataException if the file cannot be read, or has none
     */
    public static PictureEncoder load(Path model) {
        String text = ModelFile.texts(model).get(TEXT);
        if (text == null) {
            throw new DataException(model + " holds a model without an encoder of pictures");
        }
        try {
            String[] words = text.split(" ", -1);
            var shape = Shape.of(Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
            int channels = (words.length - 3) / 2;
            var mean = new float[channels];
            var deviation = new float[channels];
            for (int i = 0; i < channels; i++) {
                mean[i] = Float.parseFloat(words[3 + i]);
                deviation[i] = Float.parseFloat(words[3 + channels + i]);
            }
            return new PictureEncoder(shape, new Normalisation(mean, deviation));
        } catch (RuntimeException e) {
            // Whatever a damaged text breaks: an index, a number, a shape.
            throw new DataException(model + ": its encoder of pictures is damaged: " + e.getMessage(), e);
        }
    }
}
