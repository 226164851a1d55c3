package dev.baton.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Arithmetic on strides: how many elements lie between one index of a dimension and the next. */
public final class Strides {

    private Strides() {}

    /** The strides of values without gaps, the last dimension fastest. */
    public static List<Long> rowMajor(List<Long> shape) {
        var strides = new ArrayList<>(Collections.nCopies(shape.size(), 1L));
        for (int i = shape.size() - 2; i >= 0; i--) {
            strides.set(i, strides.get(i + 1) * shape.get(i + 1));
        }
        return strides;
    }

    /**
     * Where a view has an element.
     *
     * @param element its row-major index in the shape
     * @return elements from the start of the buffer
     */
    public static long offset(List<Long> shape, List<Long> strides, long element) {
        long offset = 0;
        long rest = element;
        for (int i = shape.size() - 1; i >= 0; i--) {
            offset += rest % shape.get(i) * strides.get(i);
            rest /= shape.get(i);
        }
        return offset;
    }

    /** Whether two views of one shape visit the same elements; where a size is 1, its stride does not matter. */
    public static boolean same(List<Long> shape, List<Long> a, List<Long> b) {
        for (int i = 0; i < shape.size(); i++) {
            if (shape.get(i) != 1 && !a.get(i).equals(b.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a view has no gaps and the last dimension is fastest. */
    public static boolean isRowMajor(List<Long> shape, List<Long> strides) {
        return same(shape, strides, rowMajor(shape));
    }
}
