package dev.baton;

import java.nio.ByteBuffer;

/** An array for people: its type, its shape and its values in brackets, the middle of long axes left out. */
final class NDArrayText {

    /** An axis shows this many values at its start and at its end; all of them where that leaves none out. */
    private static final int SHOWN = 3;

    private final NDArray array;
    private final ByteBuffer bytes;
    private final StringBuilder text = new StringBuilder();

    private NDArrayText(NDArray array) {
        this.array = array;
        this.bytes = array.bytes();
    }

    static String of(NDArray array) {
        var printed = new NDArrayText(array);
        printed.text
                .append(array.dtype())
                .append(array.shape())
                .append(array.shape().rank() < 2 ? " " : "\n");
        printed.axis(0, 0, array.size());
        return printed.text.toString();
    }

    /**
     * Prints one axis and all below it.
     *
     * @param from the first element
     * @param elements how many there are
     */
    private void axis(int axis, int from, int elements) {
        if (axis == array.shape().rank()) {
            text.append(value(from));
            return;
        }
        int size = (int) array.shape().size(axis);
        String separator = axis == array.shape().rank() - 1 ? ", " : ",\n" + " ".repeat(axis + 1);
        int first = size > 2 * SHOWN ? SHOWN : size;
        text.append('[');
        for (int i = 0; i < first; i++) {
            text.append(i == 0 ? "" : separator);
            axis(axis + 1, from + i * (elements / size), elements / size);
        }
        if (first < size) {
            text.append(separator).append("...");
            for (int i = size - SHOWN; i < size; i++) {
                text.append(separator);
                axis(axis + 1, from + i * (elements / size), elements / size);
            }
        }
        text.append(']');
    }

    private String value(int index) {
        return switch (array.dtype()) {
            case FLOAT32 -> Float.toString(bytes.getFloat(4 * index));
            case FLOAT64 -> Double.toString(bytes.getDouble(8 * index));
            case INT32 -> Integer.toString(bytes.getInt(4 * index));
            case INT64 -> Long.toString(bytes.getLong(8 * index));
            case INT8 -> Byte.toString(bytes.get(index));
            case BOOL -> Boolean.toString(bytes.get(index) != 0);
        };
    }
}
