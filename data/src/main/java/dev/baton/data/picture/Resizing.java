package dev.baton.data.picture;

/**
 * The middle of a picture in another size. Each value is a mean of those around its place, weighted by a triangle that is as
 * wide as two pixels, of the old or of the new ones, whichever are larger: neighbours are blended, and none is skipped.
 */
final class Resizing {

    private final int height;
    private final int width;
    private final Side down;
    private final Side across;

    /** For each new place along one side, the first old one that counts, and the weights from there on. */
    private record Side(int[] first, float[][] weights) {

        /**
         * @param from where the part that is taken begins
         * @param taken how long it is
         */
        static Side of(int old, double from, double taken, int size) {
            double step = taken / size;
            double reach = Math.max(step, 1);
            var first = new int[size];
            var weights = new float[size][];
            for (int i = 0; i < size; i++) {
                double centre = from + (i + 0.5) * step;
                int begin = (int) Math.max(0, Math.floor(centre - reach));
                int end = (int) Math.min(old, Math.ceil(centre + reach));
                var counted = new double[end - begin];
                double sum = 0;
                for (int j = 0; j < counted.length; j++) {
                    counted[j] = Math.max(0, 1 - Math.abs(begin + j + 0.5 - centre) / reach);
                    sum += counted[j];
                }
                first[i] = begin;
                weights[i] = new float[counted.length];
                for (int j = 0; j < counted.length; j++) {
                    weights[i][j] = (float) (counted[j] / sum);
                }
            }
            return new Side(first, weights);
        }
    }

    /** From one size to another, in pixels. */
    Resizing(int oldHeight, int oldWidth, int height, int width) {
        this.height = oldHeight;
        this.width = oldWidth;
        double scale = Math.min((double) oldHeight / height, (double) oldWidth / width);
        this.down = Side.of(oldHeight, (oldHeight - scale * height) / 2, scale * height, height);
        this.across = Side.of(oldWidth, (oldWidth - scale * width) / 2, scale * width, width);
    }

    /**
     * Resizes all channels of a picture.
     *
     * @param values [channels, H, W] of the old size
     * @return [channels, H, W] of the new one, 0 to 255
     */
    float[] apply(byte[] values, int channels) {
        int rows = down.first().length;
        int columns = across.first().length;
        var narrow = new float[height * columns];
        var result = new float[channels * rows * columns];
        for (int channel = 0; channel < channels; channel++) {
            for (int row = 0; row < height; row++) {
                int start = (channel * height + row) * width;
                for (int column = 0; column < columns; column++) {
                    float[] weights = across.weights()[column];
                    int first = start + across.first()[column];
                    float sum = 0;
                    for (int i = 0; i < weights.length; i++) {
                        sum += weights[i] * (values[first + i] & 0xFF);
                    }
                    narrow[row * columns + column] = sum;
                }
            }
            for (int row = 0; row < rows; row++) {
                float[] weights = down.weights()[row];
                int first = down.first()[row] * columns;
                for (int column = 0; column < columns; column++) {
                    float sum = 0;
                    for (int i = 0; i < weights.length; i++) {
                        sum += weights[i] * narrow[first + i * columns + column];
                    }
                    result[(channel * rows + row) * columns + column] = sum;
                }
            }
        }
        return result;
    }
}
