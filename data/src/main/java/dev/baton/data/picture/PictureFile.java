package dev.baton.data.picture;

import dev.baton.DataException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * One picture in a file of any form that Java reads: JPEG, PNG, GIF, BMP. What is transparent counts as if it were not, and
 * a camera's note on how it was held is not followed.
 */
final class PictureFile {

    /** A few bytes can claim to be a picture that no memory holds. */
    private static final long MOST_PIXELS = 1L << 24;

    /** Height and width, in pixels. */
    record Size(int height, int width) {

        @Override
        public String toString() {
            return height + " x " + width + " pixels";
        }
    }

    /**
     * What became of a file.
     *
     * @param values [3, H, W]: red, green, blue; null where it cannot be used
     * @param size null where the file is no picture
     * @param failure why it could not be decoded; null where it was not tried
     */
    record Decoded(byte[] values, Size size, Exception failure) {}

    private PictureFile() {}

    /**
     * Decodes a file.
     *
     * @param expected pictures of another size are not decoded; empty takes any
     */
    static Decoded decode(byte[] content, Optional<Size> expected) {
        Size size = null;
        try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                return new Decoded(null, null, new DataException("no picture format that is known begins like it"));
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                size = new Size(reader.getHeight(0), reader.getWidth(0));
                if (expected.isPresent() && !expected.get().equals(size)) {
                    return new Decoded(null, size, null);
                }
                if ((long) size.height() * size.width() > MOST_PIXELS) {
                    return new Decoded(
                            null,
                            null,
                            new DataException("it is of " + size + ", and at most " + MOST_PIXELS
                                    + " are read: make it smaller"));
                }
                var warnings = new ArrayList<String>();
                reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
                BufferedImage picture = reader.read(0);
                if (!warnings.isEmpty()) {
                    // A JPEG that ends too early is filled up with grey.
                    return new Decoded(null, null, new DataException("it is damaged: " + warnings.get(0)));
                }
                return new Decoded(values(picture), size, null);
            } finally {
                reader.dispose();
            }
        } catch (Exception e) {
            // Decoders throw all kinds of exceptions at damaged files.
            return new Decoded(null, null, e);
        }
    }

    /** [3, H, W]: red, green, blue. */
    static byte[] values(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int each = width * height;
        boolean hasPalette = picture.getColorModel() instanceof IndexColorModel;
        int[] pixels = picture.getRaster().getNumBands() <= 2 && !hasPalette
                ? grey(picture)
                : picture.getRGB(0, 0, width, height, null, 0, width);
        var values = new byte[3 * each];
        for (int i = 0; i < each; i++) {
            values[i] = (byte) (pixels[i] >> 16);
            values[each + i] = (byte) (pixels[i] >> 8);
            values[2 * each + i] = (byte) pixels[i];
        }
        return values;
    }

    /** Pixels as they are stored: getRGB takes grey values for linear ones and makes them brighter. */
    private static int[] grey(BufferedImage picture) {
        int[] pixels = picture.getRaster().getSamples(0, 0, picture.getWidth(), picture.getHeight(), 0, (int[]) null);
        int surplus = Math.max(0, picture.getColorModel().getComponentSize(0) - 8);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (pixels[i] >> surplus) * 0x010101;
        }
        return pixels;
    }
}
