package dev.baton.reference;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;

/** The elementwise functions of the op table on single numbers, in double. Truth values are 0 and 1. */
public final class Elements {

    private Elements() {}

    /**
     * One element of an elementwise operation; a {@code float32} result is not rounded to one.
     *
     * @param attributes of the node or instruction
     * @param dtype the type of the result
     * @param index of the element, row-major, which random numbers depend on
     * @param arguments as many as the operation takes
     */
    public static double apply(Primitive primitive, Attributes attributes, DType dtype, long index, double... arguments) {
        return switch (primitive) {
            case RANDOM_UNIFORM ->
                    Philox.uniform((long) arguments[0], (long) arguments[1], attributes.integer("stream"), index);
            case CAST -> convert(arguments[0], dtype);
            case SELECT -> arguments[0] != 0 ? arguments[1] : arguments[2];
            default -> primitive.arity() == 1
                    ? unary(primitive, arguments[0])
                    : binary(primitive, arguments[0], arguments[1]);
        };
    }

    private static double unary(Primitive primitive, double x) {
        return switch (primitive) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Math.signum(x);
            case FLOOR -> Math.floor(x);
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case SQRT -> Math.sqrt(x);
            case RSQRT -> 1 / Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case ERF -> ErrorFunction.erf(x);
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case IS_FINITE -> bool(Double.isFinite(x));
            case NOT -> bool(x == 0);
            default -> throw new BatonException(primitive.label() + " is not a function of one number");
        };
    }

    private static double binary(Primitive primitive, double a, double b) {
        return switch (primitive) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> Math.pow(a, b);
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

    private static double convert(double x, DType dtype) {
        return switch (dtype) {
            case FLOAT32, FLOAT64 -> x;
            case INT32 -> (int) x;
            case INT64 -> (long) x;
            case BOOL -> bool(x != 0);
        };
    }

    private static double bool(boolean value) {
        return value ? 1 : 0;
    }
}
