package dev.baton.report;

import dev.baton.DataException;
import dev.baton.NDArray;
import java.util.List;

/** What a model was asked, as a person sees it. */
public sealed interface Question {

    /** The same brightness or colour as the model was given, before it was made numbers around 0. */
    @FunctionalInterface
    interface Brightness {

        /**
         * @param channel 0 for grey; 0, 1 and 2 for red, green and blue
         * @return 0 for black, 1 for the brightest; what lies outside is cut off
         */
        double of(int channel, double value);
    }

    /** A picture. */
    final class Picture implements Question {

        private static final int BRIGHTEST = 255;

        private final int height;
        private final int width;
        private final int[] colours;

        private Picture(int height, int width, int[] colours) {
            this.height = height;
            this.width = width;
            this.colours = colours;
        }

        /**
         * The picture that some values stand for.
         *
         * @param values a grey picture, one value a pixel, or red, then green, then blue: [H, W], [H * W] or [C, H, W]
         * @throws DataException if there are fewer values, or more
         */
        public static Picture of(NDArray values, int height, int width, Brightness brightness) {
            int pixels = height * width;
            int size = values.size();
            if (size != pixels && size != 3 * pixels) {
                throw new DataException("a picture of " + height + " x " + width + " pixels has " + pixels
                        + " values, or three times as many in colour; these are " + values.shape());
            }
            boolean grey = size == pixels;
            var colours = new int[pixels];
            for (int pixel = 0; pixel < pixels; pixel++) {
                int colour = 0;
                for (int channel = 0; channel < 3; channel++) {
                    int from = grey ? 0 : channel;
                    double bright = brightness.of(from, values.get(from * pixels + pixel));
                    colour = colour << Byte.SIZE | (int) Math.round(BRIGHTEST * Math.max(0, Math.min(1, bright)));
                }
                colours[pixel] = colour;
            }
            return new Picture(height, width, colours);
        }

        public int height() {
            return height;
        }

        public int width() {
            return width;
        }

        /** The colour of a pixel as {@code 0xRRGGBB}. */
        public int colour(int row, int column) {
            return colours[row * width + column];
        }

        /** How bright a pixel is: 0 black, 1 white. */
        double brightness(int row, int column) {
            int colour = colour(row, column);
            // The weights of red, green and blue of ITU-R BT.709.
            return (0.2126 * (colour >> 16) + 0.7152 * (colour >> 8 & BRIGHTEST) + 0.0722 * (colour & BRIGHTEST))
                    / BRIGHTEST;
        }

        /** The same picture, with neighbours made one pixel of their mean where a side is longer. */
        Picture atMost(int side) {
            int factor = (Math.max(height, width) + side - 1) / side;
            if (factor == 1) {
                return this;
            }
            int rows = (height + factor - 1) / factor;
            int columns = (width + factor - 1) / factor;
            var smaller = new int[rows * columns];
            for (int i = 0; i < smaller.length; i++) {
                smaller[i] = mean(i / columns * factor, i % columns * factor, factor);
            }
            return new Picture(rows, columns, smaller);
        }

        private int mean(int top, int left, int side) {
            var sums = new long[3];
            int pixels = 0;
            for (int row = top; row < Math.min(height, top + side); row++) {
                for (int column = left; column < Math.min(width, left + side); column++) {
                    int colour = colour(row, column);
                    for (int channel = 0; channel < sums.length; channel++) {
                        sums[channel] += colour >> (2 - channel) * Byte.SIZE & BRIGHTEST;
                    }
                    pixels++;
                }
            }
            int mean = 0;
            for (long sum : sums) {
                mean = mean << Byte.SIZE | Math.round((float) sum / pixels);
            }
            return mean;
        }

        @Override
        public String toString() {
            return "a picture of " + height + " x " + width;
        }
    }

    /** A text. */
    record Text(String text) implements Question {}

    /** A row of a table. */
    record Row(List<Cell> cells) implements Question {

        public Row {
            cells = List.copyOf(cells);
        }
    }

    /** A cell of a row, with the name of its column. */
    record Cell(String name, String value) {}
}
