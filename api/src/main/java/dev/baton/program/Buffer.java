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
}
