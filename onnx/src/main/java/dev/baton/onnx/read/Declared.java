package dev.baton.onnx.read;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import java.util.List;

/**
 * What a file says of an input or output.
 *
 * @param dtype null where it says nothing
 * @param dims null where it says nothing of the shape; a dimension of which it says nothing is null
 */
public record Declared(String name, DType dtype, List<Dim> dims) {

    /** Why a value of this shape is not what was declared; null where it may be. The batch is the first dimension. */
    String conflict(Shape shape) {
        if (dims == null) {
            return null;
        }
        boolean fits = shape.rank() == dims.size();
        for (int axis = 1; fits && axis < dims.size(); axis++) {
            Dim wanted = dims.get(axis);
            fits = wanted == null || !wanted.isFixed() || wanted.equals(shape.dim(axis));
        }
        return fits ? null : "input '" + name + "' is " + text() + ", not " + shape;
    }

    /** For instance {@code float32[N, 3, ?, ?]}. */
    public String text() {
        String shape = dims == null
                ? ""
                : dims.stream()
                        .map(dim -> dim == null ? "?" : dim.toString())
                        .collect(java.util.stream.Collectors.joining(", ", "[", "]"));
        return (dtype == null ? "of any type" : dtype.toString()) + shape;
    }
}
