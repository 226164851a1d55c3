package dev.baton.compiler;

import dev.baton.NDArray;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;

/** Finds the constants that are one number everywhere. */
final class UniformNumber {

    private UniformNumber() {}

    /** The number that every element of a value is known to be; null where it is not known. */
    static Double of(Value value) {
        Node node = value.node();
        while (node.is(Primitive.Kind.MOVEMENT)) {
            node = node.input(0).node();
        }
        if (!node.is(Primitive.CONSTANT)) {
            return null;
        }
        NDArray array = node.attributes().get("value", NDArray.class);
        // Integers beyond 2^53 are not exact as doubles.
        boolean exact = array.size() == 1 && (array.dtype().isFloating() || Math.abs(array.get(0)) <= 1L << 53);
        return exact ? (Double) array.get(0) : null;
    }

    /** Whether every element is known to be this number; for floating-point types the sign of a zero counts. */
    static boolean is(Value value, double number) {
        Double known = of(value);
        return known != null && (value.dtype().isFloating() ? known.equals(number) : known == number);
    }

    /** Whether a number is a power of two, negative or not, that is neither too small to be exact nor infinite. */
    static boolean isPowerOfTwo(double number) {
        int exponent = Math.getExponent(number);
        return exponent >= Double.MIN_EXPONENT
                && exponent <= Double.MAX_EXPONENT
                && Math.abs(number) == Math.scalb(1.0, exponent);
    }
}
