package dev.baton.compiler;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.Int8Scale;
import dev.baton.composite.PackedWeight;
import java.nio.FloatBuffer;

/**
 * The weight of one product as bytes, with a scale for each output: the largest of an output's weights is 127 or -127. The
 * bias is in units of the sums, and takes off what the zero of x adds to them.
 *
 * @param bytes as the weight lies; {@code byOutput} as for it
 * @param scales what a unit of each output's sums stands for
 */
record QuantizedWeight(Shape shape, boolean byOutput, byte[] bytes, NDArray scales, NDArray bias) {

    private static final int LARGEST = 127;

    /** A bias has at most so many units, so that a sum and it stay within int32. */
    private static final double MOST_UNITS = 1 << 30;

    /**
     * @param weight [outputs, ...], or [inputs, outputs] where it is not by output
     * @param bias [outputs]; null where there is none
     * @param x how what is multiplied with it is kept
     */
    static QuantizedWeight of(NDArray weight, boolean byOutput, NDArray bias, Int8Scale x) {
        FloatBuffer values = weight.floats();
        int outputs = (int) weight.shape().size(byOutput ? 0 : 1);
        int inputs = outputs == 0 ? 0 : weight.size() / outputs;
        var bytes = new byte[weight.size()];
        NDArray scales = NDArray.zeros(DType.FLOAT32, Shape.of(outputs));
        NDArray whole = NDArray.zeros(DType.INT32, Shape.of(outputs));
        for (int output = 0; output < outputs; output++) {
            double largest = 0;
            for (int i = 0; i < inputs; i++) {
                largest = Math.max(largest, Math.abs(values.get(index(byOutput, output, i, inputs, outputs))));
            }
            double added = bias == null ? 0 : bias.get(output);
            double scale = Math.max(largest / LARGEST, 1e-12);
            scale = Math.max(scale, Math.abs(added) / x.scale() / MOST_UNITS);
            long sum = 0;
            for (int i = 0; i < inputs; i++) {
                int at = index(byOutput, output, i, inputs, outputs);
                bytes[at] = (byte) Math.max(-LARGEST, Math.min(LARGEST, Math.round(values.get(at) / scale)));
                sum += bytes[at];
            }
            scales.set(output, scale * x.scale());
            whole.set(output, Math.rint(added / (scale * x.scale())) - x.zero() * sum);
        }
        return new QuantizedWeight(weight.shape(), byOutput, bytes, scales, whole);
    }

    private static int index(boolean byOutput, int output, int input, int inputs, int outputs) {
        return byOutput ? output * inputs + input : input * outputs + output;
    }

    /** As {@link PackedWeight} has it: of a convolution [outputs, C, KH, KW], or of a matrix. */
    NDArray packed(boolean isConvolution) {
        int outputs = (int) shape.size(byOutput ? 0 : 1);
        int channels = isConvolution ? (int) shape.size(1) : outputs == 0 ? 0 : bytes.length / outputs;
        int rows = isConvolution ? (int) shape.size(2) : 1;
        int columns = isConvolution ? (int) shape.size(3) : 1;
        Shape whole = PackedWeight.shape(outputs, rows, (long) columns * channels);
        NDArray packed = PackedWeight.zeros(isConvolution ? whole : whole.without(1));
        int inputs = channels * rows * columns;
        for (int output = 0; output < outputs; output++) {
            for (int channel = 0; channel < channels; channel++) {
                for (int place = 0; place < rows * columns; place++) {
                    int from = index(byOutput, output, channel * rows * columns + place, inputs, outputs);
                    int row = place / columns;
                    int to = PackedWeight.index(whole, output, row, (place % columns) * channels + channel);
                    packed.set(to, bytes[from]);
                }
            }
        }
        return packed;
    }
}
