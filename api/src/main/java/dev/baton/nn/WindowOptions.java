package dev.baton.nn;

import dev.baton.ShapeException;
import dev.baton.composite.Window;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** How the window of a layer slides, for the height and the width each; immutable, so that options make new layers. */
record WindowOptions(List<Long> kernel, List<Long> stride, List<Long> padding, List<Long> dilation) {

    /** A window that moves by one element and stays inside. */
    static WindowOptions of(String layer, long height, long width) {
        return new WindowOptions(atLeast(1, "kernel", layer, height, width), both(1), both(0), both(1));
    }

    private static List<Long> both(long number) {
        return List.of(number, number);
    }

    private static List<Long> atLeast(long least, String option, String layer, long height, long width) {
        if (Math.min(height, width) < least) {
            throw new ShapeException("the " + option + " of " + layer + " is at least " + least + ", not "
                    + text(List.of(height, width)));
        }
        return List.of(height, width);
    }

    WindowOptions stride(String layer, long height, long width) {
        return new WindowOptions(kernel, atLeast(1, "stride", layer, height, width), padding, dilation);
    }

    WindowOptions padding(String layer, long height, long width) {
        return new WindowOptions(kernel, stride, atLeast(0, "padding", layer, height, width), dilation);
    }

    WindowOptions dilation(String layer, long height, long width) {
        return new WindowOptions(kernel, stride, padding, atLeast(1, "dilation", layer, height, width));
    }

    /** The number of elements of the window. */
    long size() {
        return kernel.get(0) * kernel.get(1);
    }

    Window window() {
        return new Window(array(kernel), array(stride), array(padding), array(padding), array(dilation));
    }

    /**
     * The window for pooling, whose padding is at most half of it: more would make windows of padding alone.
     *
     * @throws ShapeException if it is more
     */
    Window checkedForPooling(Tensor x) {
        for (int i = 0; i < 2; i++) {
            long reach = dilation.get(i) * (kernel.get(i) - 1) + 1;
            if (2 * padding.get(i) > reach) {
                throw x.graph()
                        .shapeError("pool: the padding " + padding.get(i)
                                + " is more than half of the window, which is " + reach + (i == 0 ? " high" : " wide"));
            }
        }
        return window();
    }

    private static long[] array(List<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    /**
     * For instance {@code 3 x 3, stride 2, padding 1}: what differs from the usual.
     *
     * @param usualStride is not named
     */
    String describe(List<Long> usualStride) {
        var parts = new ArrayList<>(List.of(kernel.get(0) + " x " + kernel.get(1)));
        if (!stride.equals(usualStride)) {
            parts.add("stride " + text(stride));
        }
        if (!padding.equals(both(0))) {
            parts.add("padding " + text(padding));
        }
        if (!dilation.equals(both(1))) {
            parts.add("dilation " + text(dilation));
        }
        return String.join(", ", parts);
    }

    private static String text(List<Long> numbers) {
        return numbers.get(0).equals(numbers.get(1))
                ? numbers.get(0).toString()
                : numbers.get(0) + " x " + numbers.get(1);
    }
}
