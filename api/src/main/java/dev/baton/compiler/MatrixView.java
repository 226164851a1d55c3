package dev.baton.compiler;

import dev.baton.graph.Value;
import java.util.List;

/**
 * A view that a matrix product can read: rows whose elements are neighbours, swapped with the columns or not, and one
 * distance between the matrices of a batch.
 *
 * @param offset elements from the root's start to the first one
 * @param swapped whether neighbours lie along the columns
 * @param rowStride elements from one row (where swapped, column) to the next
 */
record MatrixView(Value root, long offset, boolean swapped, long rowStride, long batchStride) {

    /** The view as a matrix; null if the product cannot read it so. */
    static MatrixView of(Views.View view, Value value) {
        List<Long> sizes = Views.sizes(value);
        int rank = sizes.size();
        long rows = sizes.get(rank - 2);
        long columns = sizes.get(rank - 1);
        long rowStride = view.strides().get(rank - 2);
        long columnStride = view.strides().get(rank - 1);
        Long batchStride = Views.step(sizes.subList(0, rank - 2), view.strides().subList(0, rank - 2));
        if (batchStride == null) {
            return null;
        }
        if (isMatrix(rows, rowStride, columns, columnStride)) {
            return new MatrixView(view.root(), view.offset(), false, rows == 1 ? columns : rowStride, batchStride);
        }
        if (isMatrix(columns, columnStride, rows, rowStride)) {
            return new MatrixView(view.root(), view.offset(), true, columns == 1 ? rows : columnStride, batchStride);
        }
        return null;
    }

    private static boolean isMatrix(long slowSize, long slow, long fastSize, long fast) {
        return (fastSize == 1 || fast == 1) && (slowSize == 1 || slow >= fastSize);
    }
}
