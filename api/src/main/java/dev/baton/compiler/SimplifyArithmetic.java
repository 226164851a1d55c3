package dev.baton.compiler;

import dev.baton.DType;
import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/** Elementwise rules. What is said of IEEE arithmetic holds for float32 and float64; integers wrap around. */
final class SimplifyArithmetic {

    private SimplifyArithmetic() {}

    static Value apply(Emitter emit, Node node, List<Value> inputs) {
        Value folded = fold(emit, node, inputs);
        if (folded != null) {
            return folded;
        }
        Value a = inputs.isEmpty() ? null : inputs.get(0);
        Value b = inputs.size() < 2 ? null : inputs.get(1);
        return switch ((Primitive) node.operation()) {
            // Two changes of sign, or of truth, undo each other.
            case NEG, NOT ->
                a.node().is((Primitive) node.operation()) ? a.node().input(0) : null;
            case ADD -> add(emit, a, b);
            case SUB -> subtract(emit, a, b);
            case MUL -> multiply(emit, a, b);
            case DIV -> divide(emit, a, b);
            case POW -> power(emit, a, b);
            case CAST -> cast(emit, a, node.outputs().get(0).dtype());
            case SELECT -> b.equals(inputs.get(2)) ? b : null;
            default -> null;
        };
    }

    /** x + -0.0 is x for every x; x + 0.0 is not, for -0.0. Subtracting is adding with the sign changed. */
    private static Value add(Emitter emit, Value a, Value b) {
        if (UniformNumber.is(b, -0.0)) {
            return a;
        }
        if (UniformNumber.is(a, -0.0)) {
            return b;
        }
        if (b.node().is(Primitive.NEG)) {
            return emit.sub(a, b.node().input(0));
        }
        return a.node().is(Primitive.NEG) ? emit.sub(b, a.node().input(0)) : null;
    }

    /** x - 0.0 is x for every x; x - -0.0 is not, for -0.0. */
    private static Value subtract(Emitter emit, Value a, Value b) {
        if (UniformNumber.is(b, 0.0)) {
            return a;
        }
        return b.node().is(Primitive.NEG) ? emit.add(a, b.node().input(0)) : null;
    }

    private static Value multiply(Emitter emit, Value a, Value b) {
        if (UniformNumber.is(b, 1)) {
            return a;
        }
        if (UniformNumber.is(a, 1)) {
            return b;
        }
        Value gathered = gatherFactors(emit, a, b);
        return gathered != null ? gathered : gatherFactors(emit, b, a);
    }

    /**
     * (x * c) * d is x * (c * d) where c is a power of two and neither factor makes a number smaller: x * c is then
     * exact, or it overflows as x * (c * d) does. A smaller c could lose bits below the normal range, a smaller d could
     * bring back what x * c has lost to an infinity, and any other c is rounded twice.
     */
    private static Value gatherFactors(Emitter emit, Value product, Value other) {
        Double outer = UniformNumber.of(other);
        if (outer == null
                || !product.node().is(Primitive.MUL)
                || !product.dtype().isFloating()) {
            return null;
        }
        for (int i = 0; i < 2; i++) {
            Double inner = UniformNumber.of(product.node().input(i));
            if (inner != null && UniformNumber.isPowerOfTwo(inner) && Math.abs(inner) >= 1 && Math.abs(outer) >= 1) {
                double both = round(inner * outer, product.dtype());
                return Double.isFinite(both) ? emit.mul(product.node().input(1 - i), both) : null;
            }
        }
        return null;
    }

    /** A power of two and its reciprocal are both exact, so that dividing and multiplying round the same number. */
    private static Value divide(Emitter emit, Value a, Value b) {
        Double divisor = UniformNumber.of(b);
        if (divisor == null || !UniformNumber.isPowerOfTwo(divisor)) {
            return null;
        }
        if (divisor == 1) {
            return a;
        }
        return isNormal(divisor, b.dtype()) && isNormal(1 / divisor, b.dtype()) ? emit.mul(a, 1 / divisor) : null;
    }

    private static boolean isNormal(double number, DType dtype) {
        double smallest = dtype == DType.FLOAT32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
        return Math.abs(number) >= smallest && Double.isFinite(round(number, dtype));
    }

    /** By definition: x^1 is x, and x^0 is 1, for NaN too. x^2 is x * x, which is the power rounded correctly. */
    private static Value power(Emitter emit, Value a, Value b) {
        Double exponent = UniformNumber.of(b);
        if (exponent == null) {
            return null;
        }
        if (exponent == 0) {
            return emit.fullLike(a, 1);
        }
        if (exponent == 1) {
            return a;
        }
        return exponent == 2 ? emit.mul(a, a) : null;
    }

    /** A conversion that keeps every value may be left out on the way to the next one. */
    private static Value cast(Emitter emit, Value x, DType to) {
        if (x.dtype() == to) {
            return x;
        }
        boolean passes = x.node().is(Primitive.CAST)
                && holds(x.dtype(), x.node().input(0).dtype());
        return passes ? emit.cast(x.node().input(0), to) : null;
    }

    /** Whether every value of one type is also one of another. */
    private static boolean holds(DType wide, DType narrow) {
        return switch (narrow) {
            case BOOL -> true;
            case INT8 -> wide != DType.BOOL;
            case INT32 -> wide == DType.INT64 || wide == DType.FLOAT64;
            case FLOAT32 -> wide == DType.FLOAT64;
            case INT64, FLOAT64 -> false;
        };
    }

    /**
     * What is computed from numbers alone is a number. Only functions that IEEE 754 rounds correctly: in double, which
     * has more than twice the bits of a float and two, rounding them to float gives what float arithmetic gives.
     */
    private static Value fold(Emitter emit, Node node, List<Value> inputs) {
        TensorType type = node.outputs().get(0);
        if (inputs.isEmpty() || inputs.size() > 2 || !type.dtype().isFloating()) {
            return null;
        }
        Double a = UniformNumber.of(inputs.get(0));
        Double b = inputs.size() == 1 ? (Double) 0.0 : UniformNumber.of(inputs.get(1));
        if (a == null || b == null) {
            return null;
        }
        Double result = switch ((Primitive) node.operation()) {
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SQRT -> Math.sqrt(a);
            case RECIPROCAL -> 1 / a;
            case CAST -> a;
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            default -> null;
        };
        return result == null ? null : emit.full(type, result);
    }

    private static double round(double number, DType dtype) {
        return dtype == DType.FLOAT32 ? (float) number : number;
    }
}
