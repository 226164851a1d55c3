package dev.baton.reference;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.graph.Primitive;

/**
 * The elementwise functions of the op table on single numbers, in double; in {@link StrictMath}, so that the oracle is
 * the same on every Java virtual machine.
 */
final class Elements {

    private Elements() {}

    static double unary(Primitive primitive, double x) {
        return switch (primitive) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Math.signum(x);
            case FLOOR -> Math.floor(x);
            case EXP -> StrictMath.exp(x);
            case LOG -> StrictMath.log(x);
            case SQRT -> Math.sqrt(x);
            case RSQRT -> 1 / Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case TANH -> StrictMath.tanh(x);
            case SIGMOID -> 1 / (1 + StrictMath.exp(-x));
            case ERF -> ErrorFunction.erf(x);
            case SIN -> StrictMath.sin(x);
            case COS -> StrictMath.cos(x);
            case IS_FINITE -> bool(Double.isFinite(x));
            case NOT -> bool(x == 0);
            default -> throw new BatonException(primitive.label() + " is not a function of one number");
        };
    }

    static double binary(Primitive primitive, double a, double b) {
        return switch (primitive) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> StrictMath.pow(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case EQUAL -> bool(a == b);
            case LESS -> bool(a < b);
            case LESS_EQUAL -> bool(a <= b);
            case AND -> bool(a != 0 && b != 0);
            case OR -> bool(a != 0 || b != 0);
            default -> throw new BatonException(primitive.label() + " is not a function of two numbers");
        };
    }

    /**
     * A function of one or two integers as Java computes it: it wraps around, and 0 has no sign. Exact for {@code
     * int32}; {@code int64} values are doubles here and exact up to 2^53.
     *
     * @param b the second operand; not looked at where the function takes one
     */
    static double integer(Primitive primitive, DType dtype, double a, double b) {
        long x = (long) a;
        long y = (long) b;
        long result = switch (primitive) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Long.signum(x);
            case ADD -> x + y;
            case SUB -> x - y;
            case MUL -> x * y;
            case MAX -> Math.max(x, y);
            case MIN -> Math.min(x, y);
            default -> throw new BatonException(primitive.label() + " is not a function of integers");
        };
        return dtype == DType.INT32 ? (int) result : result;
    }

    /** A number as a value of the given type would hold it; floats are narrowed only where asked for. */
    static double convert(double x, DType dtype, boolean narrow) {
        return switch (dtype) {
            case FLOAT32 -> narrow ? (float) x : x;
            case FLOAT64 -> x;
            case INT32 -> (int) x;
            case INT64 -> (long) x;
            case BOOL -> bool(x != 0);
        };
    }

    private static double bool(boolean value) {
        return value ? 1 : 0;
    }
}
