package dev.baton.onnx.read;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.composite.Window;
import dev.baton.tensor.Tensor;
import java.util.Arrays;

/**
 * How a window slides over the last dimensions of x [N, C, ...], as the attributes of convolutions and pooling say it: one
 * number for each of these dimensions.
 *
 * @param before the padding before the first element, which the format may leave to be found
 * @param after the padding after the last
 * @param beyond how far behind the padding the last windows reach, where sizes are rounded up
 */
record WindowAttributes(long[] kernel, long[] stride, long[] dilation, long[] before, long[] after, long[] beyond) {

    /** How many dimensions of pictures there may be. */
    static final int MOST = 3;

    /**
     * @param x [N, C, ...]; the sizes behind the channels have to be known
     * @throws dev.baton.DataException if the attributes do not fit
     */
    static WindowAttributes of(Call call, Shape x, long[] kernel) {
        int count = x.rank() - 2;
        if (count < 1 || count > MOST || kernel.length != count) {
            throw call.refuse("takes [N, C, ...] with 1 to " + MOST + " more dimensions and a kernel for each, not " + x
                    + " and " + Arrays.toString(kernel));
        }
        long[] stride = call.integers("strides", count, 1);
        long[] dilation = call.integers("dilations", count, 1);
        long[] pads = call.integers("pads", 2 * count, 0);
        long[] before = Arrays.copyOfRange(pads, 0, count);
        long[] after = Arrays.copyOfRange(pads, count, 2 * count);
        var beyond = new long[count];
        String padding = call.text("auto_pad", "NOTSET");
        for (int i = 0; i < count; i++) {
            requirePositive(call, kernel[i], stride[i], dilation[i]);
            long reach = dilation[i] * (kernel[i] - 1) + 1;
            long size = x.size(2 + i);
            if (padding.startsWith("SAME")) {
                long places = (size + stride[i] - 1) / stride[i];
                long total = Math.max(0, (places - 1) * stride[i] + reach - size);
                // An odd element stands at the end, or at the beginning.
                before[i] = padding.equals("SAME_LOWER") ? (total + 1) / 2 : total / 2;
                after[i] = total - before[i];
            } else if (padding.equals("VALID")) {
                before[i] = 0;
                after[i] = 0;
            } else if (call.flag("ceil_mode")) {
                beyond[i] = beyond(size, before[i], after[i], reach, stride[i]);
            }
        }
        return new WindowAttributes(kernel, stride, dilation, before, after, beyond);
    }

    private static void requirePositive(Call call, long... numbers) {
        for (long number : numbers) {
            if (number < 1 || number > Integer.MAX_VALUE) {
                throw call.refuse("a kernel, stride or dilation is at least 1, not " + number);
            }
        }
    }

    /** What a last window lacks that begins inside of the input or of the padding before it. */
    private static long beyond(long size, long before, long after, long reach, long stride) {
        long padded = size + before + after;
        if (padded < reach) {
            return 0;
        }
        long places = (padded - reach + stride - 1) / stride + 1;
        if ((places - 1) * stride >= size + before) {
            places--;
        }
        return Math.max(0, (places - 1) * stride + reach - padded);
    }

    int count() {
        return kernel.length;
    }

    /** The window over pictures; one dimension stands as a picture of one row. */
    Window window() {
        return new Window(
                twice(kernel, 1), twice(stride, 1), twice(before, 0), twice(sum(after, beyond), 0), twice(dilation, 1));
    }

    static long[] sum(long[] a, long[] b) {
        var sums = a.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += b[i];
        }
        return sums;
    }

    static long[] twice(long[] numbers, long first) {
        return numbers.length == 2 ? numbers : new long[] {first, numbers[0]};
    }

    /** [N, C, L] -> [N, C, 1, L]; pictures stay as they are. */
    static Tensor picture(Tensor x) {
        if (x.shape().rank() != 3) {
            return x;
        }
        var dims = new java.util.ArrayList<>(x.shape().dims());
        dims.add(2, Dim.of(1));
        return x.reshape(Shape.of(dims));
    }

    /** The way back from {@link #picture}, for as many dimensions as there were. */
    static Tensor back(Tensor x, int rank) {
        return rank == 3 ? x.reshape(x.shape().without(2)) : x;
    }

    /** x with the padding around it. */
    Tensor padded(Tensor x, double number) {
        Tensor padded = x;
        for (int i = 0; i < count(); i++) {
            padded = padded.pad(2 + i, before[i], after[i] + beyond[i], number);
        }
        return padded;
    }
}
