package dev.baton.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** The oracle's integers are Java's. */
class IntegersTest {

    private static final int[] NUMBERS = {0, 1, -1, 7, 123_456_789, Integer.MAX_VALUE, Integer.MIN_VALUE};

    @FunctionalInterface
    private interface OfTwo {
        int apply(int a, int b);
    }

    private static double[] run(double[] a, double[] b, BiFunction<Emitter, Value[], Value> body) {
        var builder = new GraphBuilder();
        var type = new TensorType(DType.INT32, Shape.of(a.length));
        Value[] inputs = {builder.input("a", type), builder.input("b", type)};
        builder.output("y", body.apply(new Emitter(builder), inputs));
        return new Interpreter(builder.build(), Interpreter.Precision.FLOAT)
                .run(Map.of("a", a, "b", b), Map.of())
                .outputs()
                .get("y");
    }

    private static void check(Primitive primitive, OfTwo java) {
        for (int a : NUMBERS) {
            for (int b : NUMBERS) {
                double[] result = run(
                        new double[] {a},
                        new double[] {b},
                        (emit, in) -> primitive.arity() == 1
                                ? emit.apply(primitive, in[0])
                                : emit.apply(primitive, in[0], in[1]));
                assertThat(result).as(primitive + " of " + a + " and " + b).containsExactly(java.apply(a, b));
            }
        }
    }

    @Test
    void arithmeticWrapsAround() {
        check(Primitive.NEG, (a, b) -> -a);
        check(Primitive.ABS, (a, b) -> Math.abs(a));
        check(Primitive.SIGN, (a, b) -> Integer.signum(a));
        check(Primitive.ADD, Integer::sum);
        check(Primitive.SUB, (a, b) -> a - b);
        check(Primitive.MUL, (a, b) -> a * b);
        check(Primitive.MAX, Math::max);
        check(Primitive.MIN, Math::min);
    }

    @Test
    void zeroHasNoSign() {
        double[] result =
                run(new double[] {0}, new double[] {0}, (emit, in) -> emit.cast(emit.neg(in[0]), DType.FLOAT32));
        assertThat(Double.doubleToRawLongBits(result[0])).isZero();
    }
}
