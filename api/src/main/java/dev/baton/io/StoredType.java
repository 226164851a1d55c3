package dev.baton.io;

import dev.baton.DType;
import dev.baton.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Optional;

/** The types that a safetensors file may have its values in, and what becomes of them in memory. */
enum StoredType {
    F64(8, DType.FLOAT64),
    F32(4, DType.FLOAT32),
    /** IEEE 754's half precision; exact in float32. */
    F16(2, DType.FLOAT32),
    /** The upper half of a float32. */
    BF16(2, DType.FLOAT32),
    I64(8, DType.INT64),
    I32(4, DType.INT32),
    I8(1, DType.INT8),
    BOOL(1, DType.BOOL),
    /** From here on: nothing of Baton's holds them, but a file may have some that no model asks for. */
    U64(8, null),
    U32(4, null),
    I16(2, null),
    U16(2, null),
    U8(1, null),
    F8_E4M3(1, null),
    F8_E5M2(1, null);

    private static final int HALF_EXPONENT = 0x7c00;
    private static final int HALF_FRACTION = 0x03ff;

    private final int bytes;
    private final DType dtype;

    StoredType(int bytes, DType dtype) {
        this.bytes = bytes;
        this.dtype = dtype;
    }

    /** Of one value. */
    int bytes() {
        return bytes;
    }

    /** What it is read as; empty where it cannot be. */
    Optional<DType> dtype() {
        return Optional.ofNullable(dtype);
    }

    /** Whether values lie in memory as in a file. */
    boolean isAsInMemory() {
        return dtype != null && dtype.bytes() == bytes;
    }

    /** The type that an array is written as. */
    static StoredType of(DType dtype) {
        for (StoredType type : values()) {
            if (type.dtype == dtype && type.isAsInMemory()) {
                return type;
            }
        }
        throw new IllegalArgumentException("no file holds " + dtype);
    }

    /** Widens values of two bytes, in the order of the machine, to as many floats. */
    void widen(ByteBuffer values, FloatBuffer floats) {
        ShortBuffer halves = values.asShortBuffer();
        while (halves.hasRemaining()) {
            short half = halves.get();
            floats.put(this == BF16 ? Float.intBitsToFloat(half << 16) : halfToFloat(half));
        }
    }

    /** The nearest bfloat16 numbers to those of a float32 array, of two the even one, little-endian; NaN stays NaN. */
    static ByteBuffer halved(NDArray array) {
        ByteBuffer halves = ByteBuffer.allocate(BF16.bytes * array.size()).order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer floats = array.floats();
        while (floats.hasRemaining()) {
            float number = floats.get();
            int bits = Float.floatToIntBits(number);
            int even = bits >>> 16 & 1;
            halves.putShort((short) ((Float.isNaN(number) ? bits : bits + 0x7fff + even) >>> 16));
        }
        return halves.flip();
    }

    private static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half & HALF_EXPONENT;
        int fraction = half & HALF_FRACTION;
        if (exponent == 0) {
            // Zero and what is smaller than normal: 2^-24 times the fraction.
            return Math.copySign(fraction * 0x1p-24f, Float.intBitsToFloat(sign | 0x3f800000));
        }
        if (exponent == HALF_EXPONENT) {
            return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
        }
        return Float.intBitsToFloat(sign | (exponent + (127 - 15 << 10)) << 13 | fraction << 13);
    }
}
