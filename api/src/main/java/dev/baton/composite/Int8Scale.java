package dev.baton.composite;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;

/**
 * How real numbers become {@code int8}: x is kept as q = floor(x (1 / scale) + (zero + 1/2)), at least -128 and at most 127,
 * and q stands for (q - zero) scale. Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference". The number 0 is exact, so that padding is.
 *
 * @param scale what lies between two neighbours
 * @param zero what 0 is kept as
 */
public record Int8Scale(double scale, long zero) {

    private static final int LEVELS = Byte.MAX_VALUE - Byte.MIN_VALUE;

    private static final String SCALE = " scale";
    private static final String ZERO = " zero";

    /**
     * @throws BatonException if the scale is no positive number of float32, or no byte can be kept as zero
     */
    public Int8Scale {
        if (!(scale >= Float.MIN_NORMAL && 1 / scale >= Float.MIN_NORMAL)) {
            throw new BatonException("a scale is a positive number, not " + scale);
        }
        if (zero < Byte.MIN_VALUE || zero > Byte.MAX_VALUE) {
            throw new BatonException("zero is kept as a byte, not as " + zero);
        }
    }

    /** The finest one that holds everything from the least number to the largest, and 0. */
    public static Int8Scale of(double least, double largest) {
        double low = Math.min(0, least);
        double range = Math.max(0, largest) - low;
        double scale = Math.max(range / LEVELS, 1e-12);
        return new Int8Scale(scale, Math.round(Byte.MIN_VALUE - low / scale));
    }

    /** What x is multiplied with. */
    public double inverse() {
        return 1 / scale;
    }

    /** What is added then, so that cutting off the rest rounds to the nearest. */
    public double shift() {
        return zero + 0.5;
    }

    /** Attributes with what is kept so under a name. */
    public Attributes in(Attributes attributes, String name) {
        return attributes.with(name + SCALE, scale).with(name + ZERO, zero);
    }

    /** What attributes say of a name; null where they say nothing. */
    public static Int8Scale of(Attributes attributes, String name) {
        return attributes.has(name + SCALE)
                ? new Int8Scale(attributes.number(name + SCALE), attributes.integer(name + ZERO))
                : null;
    }

    /** float32 to int8. */
    public Value quantized(Emitter emit, Value x) {
        return emit.apply(ToInt8.INSTANCE, in(Attributes.none(), ToInt8.RESULT), x);
    }

    /** int8 to float32. */
    public Value real(Emitter emit, Value bytes) {
        Value units = emit.cast(bytes, DType.FLOAT32);
        return emit.mul(emit.sub(units, emit.fullLike(units, zero)), scale);
    }
}
