package dev.baton.compiler;

import dev.baton.graph.Value;
import java.util.List;

/**
 * A view that a matrix product can read: rows without gaps, swapped with the columns or not, and one distance between
 * the matrices of a batch.
 */
record MatrixView(Value root, boolean swapped, long batchStride) {

    /** The view as a matrix; null if the product cannot read it so. */
    static MatrixView of(Views.View view, Value value) {
        List<Long> sizes = Views.sizes(value);
        int rank = sizes.size();
        long rows = sizes.get(rank - 2);
        long columns = sizes.get(rank - 1);
        boolean straight = isMatrix(view, rank - 2, rank - 1, rows, columns);
        boolean swapped = isMatrix(view, rank - 1, rank - 2, columns, rows);
        Long batchStride =
                batchStride(sizes.subList(0, rank - 2), view.strides().subList(0, rank - 2));
        if (batchStride == null || !straight && !swapped) {
            return null;
        }
        return new MatrixView(view.root(), !straight, batchStride);
    }

    private static boolean isMatrix(Views.View view, int slow, int fast, long slowSize, long fastSize) {
        boolean fastSteps = fastSize == 1 || view.strides().get(fast) == 1;
        boolean slowSteps = slowSize == 1 || view.strides().get(slow) == fastSize;
        return fastSteps && slowSteps;
    }

    /** The one stride of all leading dimensions together; null if there is none. */
    private static Long batchStride(List<Long> sizes, List<Long> strides) {
        long stride = 0;
        long next = -1;
        for (int i = sizes.size() - 1; i >= 0; i--) {
            if (sizes.get(i) == 1) {
                continue;
            }
            if (next < 0) {
                stride = strides.get(i);
            } else if (strides.get(i) != next) {
                return null;
            }
            next = strides.get(i) * sizes.get(i);
        }
        return stride;
    }
}
