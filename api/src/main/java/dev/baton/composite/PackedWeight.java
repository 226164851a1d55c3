package dev.baton.composite;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;

/**
 * How the weight of a {@link QuantizedProduct} lies: [outputs / 16, rows, row / 4, 16, 4], both quotients rounded up and
 * filled up with zeros. Four inputs of one output lie side by side, as instructions for bytes multiply them, and so for 16
 * outputs: a vector of 64 bytes, whatever the processor. A row is what also lies side by side in x; a convolution has one
 * for each row of its window, with the columns' channels in it.
 */
public final class PackedWeight {

    private static final int OUTPUTS = 16;
    private static final int INPUTS = 4;

    private PackedWeight() {}

    /** Its shape. */
    public static Shape shape(long outputs, long rows, long row) {
        return Shape.of(upTo(outputs, OUTPUTS), rows, upTo(row, INPUTS), OUTPUTS, INPUTS);
    }

    private static long upTo(long size, long unit) {
        return (size + unit - 1) / unit;
    }

    /** Where in a packed weight an element is that belongs to an output, a row and a place in it. */
    public static int index(Shape packed, long output, long row, long place) {
        long vectors = (output / OUTPUTS * packed.size(1) + row) * packed.size(2) + place / INPUTS;
        return Math.toIntExact((vectors * OUTPUTS + output % OUTPUTS) * INPUTS + place % INPUTS);
    }

    /** A weight without anything in it yet. */
    public static NDArray zeros(Shape packed) {
        return NDArray.zeros(DType.INT8, packed);
    }

    /** The weight as a matrix [rows * row, outputs]. */
    static Value unpacked(Emitter emit, Value packed, long outputs, long rows, long row) {
        Shape whole = shape(outputs, rows, row);
        long places = whole.size(2) * INPUTS;
        long columns = whole.size(0) * OUTPUTS;
        Value turned = emit.transpose(emit.reshape(packed, whole), 1, 2, 4, 0, 3);
        Value filled = emit.reshape(turned, Shape.of(rows, places, columns));
        Value own = emit.slice(filled, new long[3], Shape.of(rows, row, outputs));
        return emit.reshape(own, Shape.of(rows * row, outputs));
    }
}
