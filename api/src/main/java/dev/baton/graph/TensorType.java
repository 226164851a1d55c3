package dev.baton.graph;

import dev.baton.DType;
import dev.baton.Shape;
import java.util.Map;

/**
 * What is known of a value before it exists: its element type and its shape.
 *
 * @param dtype the element type
 * @param shape the shape, which may have symbolic dimensions
 */
public record TensorType(DType dtype, Shape shape) {

    /** The same shape with another element type. */
    public TensorType withDType(DType other) {
        return new TensorType(other, shape);
    }

    /** The same element type with another shape. */
    public TensorType withShape(Shape other) {
        return new TensorType(dtype, other);
    }

    /** The type with the given sizes in the place of their symbols. */
    public TensorType bind(Map<String, Long> sizes) {
        return withShape(shape.bind(sizes));
    }

    /** The size of a value of this type in bytes; the shape must be fixed. */
    public long bytes() {
        return Math.multiplyExact(shape.size(), (long) dtype.bytes());
    }

    // Written out for the reason that Value gives.
    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof TensorType type && type.dtype == dtype && type.shape.equals(shape);
    }

    @Override
    public int hashCode() {
        return 31 * dtype.hashCode() + shape.hashCode();
    }

    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
