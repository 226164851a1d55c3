package dev.baton.io;

import dev.baton.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Numbers of bfloat16 in files: the first half of the bits of a float32, little-endian. */
final class Bfloat16 {

    /** Of one number. */
    static final int BYTES = 2;

    private static final int CUT = 16;

    private Bfloat16() {}

    /** Room for as many numbers as a float32 array has. */
    static ByteBuffer bytes(NDArray array) {
        return ByteBuffer.allocate(BYTES * array.size()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Sets a float32 array. */
    static void read(ByteBuffer bytes, NDArray array) {
        FloatBuffer floats = array.floats();
        while (floats.hasRemaining()) {
            floats.put(Float.intBitsToFloat(bytes.getShort() << CUT));
        }
    }

    /** The nearest numbers to those of a float32 array, of two the even one; NaN stays NaN. */
    static ByteBuffer of(NDArray array) {
        ByteBuffer bytes = bytes(array);
        FloatBuffer floats = array.floats();
        while (floats.hasRemaining()) {
            float number = floats.get();
            int bits = Float.floatToIntBits(number);
            int even = bits >>> CUT & 1;
            bytes.putShort((short) ((Float.isNaN(number) ? bits : bits + 0x7FFF + even) >>> CUT));
        }
        return bytes.flip();
    }
}
