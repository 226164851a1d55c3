package dev.baton.composite;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import java.util.Arrays;

/**
 * How a window slides over pictures [N, C, H, W]: two numbers each, for H and for W.
 *
 * @param kernel the size of the window
 * @param stride from one window to the next
 * @param before the padding before the first row and column
 * @param after the padding after the last row and column
 * @param dilation from one element of a window to the next
 */
public record Window(long[] kernel, long[] stride, long[] before, long[] after, long[] dilation) {

    public static final String KERNEL = "kernel";
    public static final String STRIDE = "stride";
    public static final String BEFORE = "before";
    public static final String AFTER = "after";
    public static final String DILATION = "dilation";

    /**
     * @throws ShapeException if a number is missing, a padding is negative or another number is not positive
     */
    public Window {
        require(KERNEL, kernel, 1);
        require(STRIDE, stride, 1);
        require(BEFORE, before, 0);
        require(AFTER, after, 0);
        require(DILATION, dilation, 1);
    }

    private static void require(String name, long[] numbers, long least) {
        if (numbers.length != 2 || Arrays.stream(numbers).anyMatch(number -> number < least)) {
            throw new ShapeException(
                    "attribute " + name + " is a number for the height and one for the width, at least " + least
                            + ", not " + Arrays.toString(numbers));
        }
    }

    /** The window that a node's attributes describe, its kernel among them. */
    public static Window of(Attributes attributes) {
        return of(attributes, attributes.get(KERNEL, long[].class));
    }

    /** The window that the attributes of a node describe whose kernel is the shape of an operand. */
    public static Window of(Attributes attributes, long[] kernel) {
        return new Window(
                kernel,
                attributes.get(STRIDE, long[].class),
                attributes.get(BEFORE, long[].class),
                attributes.get(AFTER, long[].class),
                attributes.get(DILATION, long[].class));
    }

    /** Attributes with everything but the kernel. */
    public Attributes attributesWithoutKernel() {
        return Attributes.of(STRIDE, stride)
                .with(BEFORE, before)
                .with(AFTER, after)
                .with(DILATION, dilation);
    }

    /** Attributes with all five. */
    public Attributes attributes() {
        return attributesWithoutKernel().with(KERNEL, kernel);
    }

    /** The number of elements of a window. */
    public long size() {
        return kernel[0] * kernel[1];
    }

    /**
     * [N, C, H, W] -> [N, channels, OH, OW], one element for each place of the window.
     *
     * @throws ShapeException if x has another rank or the window does not fit into it
     */
    public Shape places(Shape x, Dim channels) {
        requirePictures("x", x);
        Shape result = x.with(1, channels);
        for (int i = 0; i < 2; i++) {
            long padded = before[i] + x.size(2 + i) + after[i];
            long reach = dilation[i] * (kernel[i] - 1) + 1;
            if (padded < reach) {
                throw new ShapeException("a window of " + reach + (i == 0 ? " rows" : " columns")
                        + " does not fit into " + x + (padded == x.size(2 + i) ? "" : ", padded to " + padded));
            }
            result = result.with(2 + i, Dim.of((padded - reach) / stride[i] + 1));
        }
        return result;
    }

    /** Requires four dimensions. */
    static void requirePictures(String name, Shape shape) {
        if (shape.rank() != 4) {
            throw new ShapeException(name + " is " + shape + " and should be [N, C, H, W]");
        }
    }

    /** [N, C, H, W] -> [N, C, OH, OW, KH, KW], with a number in the padding. */
    Value slide(Emitter emit, Value x, double padding) {
        Value padded =
                emit.pad(x, new long[] {0, 0, before[0], before[1]}, new long[] {0, 0, after[0], after[1]}, padding);
        return emit.windows(padded, kernel, stride, dilation);
    }

    /** Adds windows [N, C, OH, OW, KH, KW] up where they came from, [N, C, H, W]: the transpose of {@link #slide}. */
    Value fold(Emitter emit, Value windows, Shape x) {
        Shape padded =
                x.with(2, Dim.of(before[0] + x.size(2) + after[0])).with(3, Dim.of(before[1] + x.size(3) + after[1]));
        return emit.slice(emit.fold(windows, padded, stride, dilation), new long[] {0, 0, before[0], before[1]}, x);
    }
}
