package dev.baton.program;

import dev.baton.DType;

/**
 * Values in memory, row-major and without gaps; {@link Program#placement} says where.
 *
 * @param id its number in the program
 * @param dtype the element type
 * @param elements how many
 */
public record Buffer(int id, DType dtype, long elements) {

    /** The size in bytes. */
    public long bytes() {
        return elements * dtype.bytes();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Buffer buffer
                && buffer.id == id
                && buffer.dtype == dtype
                && buffer.elements == elements;
    }

    @Override
    public int hashCode() {
        return id;
    }
}
