package dev.baton.reference;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import dev.baton.program.Region;

/**
 * The elementwise functions of the op table on single numbers, in double; in {@link StrictMath}, so that the oracle is
 * the same on every Java virtual machine. Truth values are 0 and 1.
 */
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
    static double apply(Primitive primitive, Attributes attributes, DType dtype, long index, double... arguments) {
        return switch (primitive) {
            case RANDOM_UNIFORM ->
                Philox.uniform((long) arguments[0], (long) arguments[1], attributes.integer("stream"), index);
            case CAST -> convert(arguments[0], dtype);
            case SELECT -> arguments[0] != 0 ? arguments[1] : arguments[2];
            default -> function(primitive, dtype, arguments[0], primitive.arity() == 1 ? 0 : arguments[1]);
        };
    }

    /**
     * One instruction of a region at one element, rounded to the instruction's type.
     *
     * @param element its row-major index in the region's shape
     * @param registers of which the instruction's arguments are read
     * @throws BatonException if it is no primitive: a backend that claims elementwise composites has to know them
     */
    public static double apply(Region.Instruction instruction, long element, double[] registers) {
        if (!(instruction.operation() instanceof Primitive primitive)) {
            throw new BatonException(instruction.operation().label() + " is not a primitive");
        }
        var arguments = new double[instruction.arguments().size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = registers[instruction.arguments().get(i)];
        }
        double result = switch (primitive) {
            case CONSTANT -> instruction.attributes().number(Region.NUMBER);
            case RESHAPE -> arguments[0];
            default -> apply(primitive, instruction.attributes(), instruction.dtype(), element, arguments);
        };
        return instruction.dtype() == DType.FLOAT32 ? (float) result : result;
    }

    private static double function(Primitive primitive, DType dtype, double a, double b) {
        if (dtype.isInteger()) {
            return integer(primitive, dtype, a, b);
        }
        return primitive.arity() == 1 ? unary(primitive, a) : binary(primitive, a, b);
    }

    private static double unary(Primitive primitive, double x) {
        return switch (primitive) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Math.signum(x);
            case FLOOR -> Math.floor(x);
            case EXP -> StrictMath.exp(x);
            case LOG -> StrictMath.log(x);
            case EXPM1 -> StrictMath.expm1(x);
            case LOG1P -> StrictMath.log1p(x);
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

    private static double binary(Primitive primitive, double a, double b) {
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
    private static double integer(Primitive primitive, DType dtype, double a, double b) {
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

    private static double convert(double x, DType dtype) {
        return switch (dtype) {
            case FLOAT32, FLOAT64 -> x;
            case INT32 -> (int) x;
            case INT64 -> (long) x;
            case INT8 -> Math.max(Byte.MIN_VALUE, Math.min(Byte.MAX_VALUE, (int) x));
            case BOOL -> bool(x != 0);
        };
    }

    private static double bool(boolean value) {
        return value ? 1 : 0;
    }
}
