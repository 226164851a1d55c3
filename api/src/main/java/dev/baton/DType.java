package dev.baton;

/** The element type of a tensor or an array. */
public enum DType {
    /** IEEE single precision: the default for everything that is learnt. */
    FLOAT32(4),
    /** IEEE double precision; the reference interpreter supports it, fast backends need not. */
    FLOAT64(8),
    /** Signed 32-bit integers: labels and indices. */
    INT32(4),
    /** Signed 64-bit integers: step numbers and seeds. */
    INT64(8),
    /** Truth values, one byte each, 0 or 1. */
    BOOL(1),
    /** Signed bytes, -128 to 127: quantised weights and activations. Only conversions and composites compute with them. */
    INT8(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** The size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether this is {@link #FLOAT32} or {@link #FLOAT64}. */
    public boolean isFloating() {
        return this == FLOAT32 || this == FLOAT64;
    }

    /** Whether this is {@link #INT32} or {@link #INT64}. */
    public boolean isInteger() {
        return this == INT32 || this == INT64;
    }

    /** The name as messages and graphs print it, for instance {@code float32}. */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
