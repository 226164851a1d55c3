package dev.baton.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.reference.Interpreter;
import dev.baton.reference.Interpreter.Precision;
import dev.baton.tensor.Tensor;
import dev.baton.train.GradientCheck;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every gradient rule against central differences, in double. */
class GradientsTest {

    /** A function of named inputs; {@code low} and {@code high} bound the numbers it is tried on. */
    record Case(
            String name, double low, double high, List<Shape> shapes, BiFunction<Emitter, List<Value>, Value> body) {
        @Override
        public String toString() {
            return name + " " + shapes;
        }
    }

    static Stream<Case> cases() {
        var any = List.of(Shape.of(3, 5));
        var pair = List.of(Shape.of(3, 5), Shape.of(3, 5));
        return Stream.of(
                unary(Primitive.NEG, -2, 2),
                unary(Primitive.ABS, 0.1, 2),
                unary(Primitive.EXP, -2, 2),
                unary(Primitive.LOG, 0.2, 3),
                unary(Primitive.EXPM1, -2, 2),
                unary(Primitive.LOG1P, -0.7, 3),
                unary(Primitive.SQRT, 0.2, 3),
                unary(Primitive.RSQRT, 0.2, 3),
                unary(Primitive.RECIPROCAL, 0.3, 3),
                unary(Primitive.TANH, -2, 2),
                unary(Primitive.SIGMOID, -4, 4),
                unary(Primitive.ERF, -3.5, 3.5),
                unary(Primitive.SIN, -3, 3),
                unary(Primitive.COS, -3, 3),
                binary(Primitive.ADD, -2, 2),
                binary(Primitive.SUB, -2, 2),
                binary(Primitive.MUL, -2, 2),
                binary(Primitive.DIV, 0.3, 2),
                binary(Primitive.POW, 0.3, 2),
                binary(Primitive.MAX, -2, 2),
                binary(Primitive.MIN, -2, 2),
                new Case(
                        "select",
                        -2,
                        2,
                        pair,
                        (e, x) -> e.select(
                                e.less(x.get(0), e.fullLike(x.get(0), 0.3)), x.get(0), e.mul(x.get(1), x.get(1)))),
                new Case("cast", -2, 2, any, (e, x) -> e.cast(e.cast(x.get(0), DType.FLOAT64), DType.FLOAT32)),
                new Case("reshape", -2, 2, any, (e, x) -> e.reshape(x.get(0), Shape.of(5, 1, 3))),
                new Case(
                        "transpose", -2, 2, List.of(Shape.of(2, 3, 4, 1)), (e, x) -> e.transpose(x.get(0), 2, 0, 3, 1)),
                new Case(
                        "broadcast",
                        -2,
                        2,
                        List.of(Shape.of(3, 1)),
                        (e, x) -> e.broadcast(x.get(0), Shape.of(2, 3, 4))),
                new Case(
                        "broadcast of a scalar",
                        -2,
                        2,
                        List.of(Shape.scalar()),
                        (e, x) -> e.broadcast(x.get(0), Shape.of(2, 3))),
                new Case(
                        "slice",
                        -2,
                        2,
                        List.of(Shape.of(3, 5, 4)),
                        (e, x) -> e.slice(x.get(0), new long[] {1, 0, 3}, Shape.of(2, 5, 1))),
                new Case("pad", -2, 2, any, (e, x) -> e.pad(x.get(0), new long[] {0, 2}, new long[] {1, 0}, 0.5)),
                new Case(
                        "concat",
                        -2,
                        2,
                        List.of(Shape.of(3, 2), Shape.of(3, 1), Shape.of(3, 4)),
                        (e, x) -> e.concat(1, x.get(0), x.get(1), x.get(2), x.get(0))),
                new Case(
                        "windows",
                        -2,
                        2,
                        List.of(Shape.of(2, 7, 6)),
                        (e, x) -> e.windows(x.get(0), new long[] {3, 2}, new long[] {2, 1}, new long[] {1, 2})),
                new Case(
                        "fold",
                        -2,
                        2,
                        List.of(Shape.of(2, 3, 4, 3, 2)),
                        (e, x) -> e.fold(x.get(0), Shape.of(2, 7, 6), new long[] {2, 1}, new long[] {1, 2})),
                new Case(
                        "gather",
                        -2,
                        2,
                        List.of(Shape.of(4, 3)),
                        (e, x) -> e.gather(x.get(0), e.constant(NDArray.of(Shape.of(2, 3), 3, 0, 3, 1, 1, 0)), 0)),
                new Case(
                        "scatter add",
                        -2,
                        2,
                        List.of(Shape.of(5, 3)),
                        (e, x) -> e.scatterAdd(
                                e.constant(NDArray.of(Shape.of(5), 3, 0, 3, 1, 9)), x.get(0), Shape.of(4, 3))),
                new Case("sum", -2, 2, List.of(Shape.of(2, 3, 4)), (e, x) -> e.sum(x.get(0), 0, 2)),
                new Case(
                        "reduce max",
                        -2,
                        2,
                        List.of(Shape.of(2, 3, 4)),
                        (e, x) -> e.reduce(Primitive.REDUCE_MAX, x.get(0), 1)),
                new Case(
                        "matmul",
                        -1,
                        1,
                        List.of(Shape.of(3, 4), Shape.of(4, 5)),
                        (e, x) -> e.matmul(x.get(0), x.get(1), false, false)),
                new Case(
                        "matmul TN",
                        -1,
                        1,
                        List.of(Shape.of(4, 3), Shape.of(4, 5)),
                        (e, x) -> e.matmul(x.get(0), x.get(1), true, false)),
                new Case(
                        "matmul NT",
                        -1,
                        1,
                        List.of(Shape.of(3, 4), Shape.of(5, 4)),
                        (e, x) -> e.matmul(x.get(0), x.get(1), false, true)),
                new Case(
                        "matmul TT",
                        -1,
                        1,
                        List.of(Shape.of(2, 4, 3), Shape.of(2, 5, 4)),
                        (e, x) -> e.matmul(x.get(0), x.get(1), true, true)),
                new Case(
                        "a composite without a rule",
                        -2,
                        2,
                        pair,
                        (e, x) -> e.apply(new ProductOfSquare(), x.get(0), x.get(1))),
                new Case(
                        "a composite of one value twice",
                        -2,
                        2,
                        any,
                        (e, x) -> e.apply(new ProductOfSquare(), x.get(0), x.get(0))),
                new Case("a value used twice", -2, 2, any, (e, x) -> e.mul(x.get(0), e.add(x.get(0), x.get(0)))));
    }

    private static Case unary(Primitive primitive, double low, double high) {
        return new Case(primitive.label(), low, high, List.of(Shape.of(3, 5)), (e, x) -> e.apply(primitive, x.get(0)));
    }

    private static Case binary(Primitive primitive, double low, double high) {
        var shapes = List.of(Shape.of(3, 5), Shape.of(3, 5));
        return new Case(primitive.label(), low, high, shapes, (e, x) -> e.apply(primitive, x.get(0), x.get(1)));
    }

    /** a^2 * b, with no gradient rule of its own. */
    private static final class ProductOfSquare extends Composite {
        ProductOfSquare() {
            super("product of square");
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            return List.of(emit.mul(emit.mul(inputs.get(0), inputs.get(0)), inputs.get(1)));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFiniteDifferences(Case tried) {
        var random = new Random(7);
        var arrays = new LinkedHashMap<String, NDArray>();
        for (Shape shape : tried.shapes()) {
            NDArray array = NDArray.zeros(DType.FLOAT32, shape);
            for (int i = 0; i < array.size(); i++) {
                array.set(i, random.nextDouble(tried.low(), tried.high()));
            }
            arrays.put("x" + arrays.size(), array);
        }
        GradientCheck.of(
                        inputs -> {
                            var x = arrays.keySet().stream().map(inputs::get).toList();
                            GraphBuilder graph = x.get(0).graph();
                            List<Value> values = x.stream().map(Tensor::value).toList();
                            return Tensor.of(graph, tried.body().apply(new Emitter(graph), values));
                        },
                        arrays)
                .check(1e-7);
    }

    @Test
    void everyDifferentiablePrimitiveHasACase() {
        Set<String> names = new java.util.HashSet<>();
        cases().forEach(tried -> names.add(tried.name()));
        var flat = EnumSet.of(
                Primitive.RANDOM_UNIFORM,
                Primitive.SIGN,
                Primitive.FLOOR,
                Primitive.IS_FINITE,
                Primitive.NOT,
                Primitive.EQUAL,
                Primitive.LESS,
                Primitive.LESS_EQUAL,
                Primitive.AND,
                Primitive.OR,
                Primitive.ALL,
                Primitive.ARGMAX);
        for (Primitive primitive : Primitive.values()) {
            if (primitive.kind() != Primitive.Kind.LEAF && !flat.contains(primitive)) {
                assertThat(names).contains(primitive.label());
            }
        }
    }

    @Test
    void aLossMustBeANumber() {
        var builder = new GraphBuilder();
        var emit = new Emitter(builder);
        Value x = builder.input("x", new TensorType(DType.FLOAT32, Shape.of(3)));
        assertThatThrownBy(() -> Gradients.of(emit, x, List.of(x)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith(
                        "a loss is one floating-point number, not float32[3]; reduce it with mean() or sum()")
                .hasMessageContaining("at  GradientsTest.java:");
    }

    @Test
    void whatTheLossDoesNotDependOnHasGradientZero() {
        var builder = new GraphBuilder();
        var emit = new Emitter(builder);
        Value x = builder.input("x", new TensorType(DType.FLOAT32, Shape.of(2)));
        Value other = builder.input("other", new TensorType(DType.FLOAT32, Shape.of(2)));
        builder.output(
                "gradient", Gradients.of(emit, emit.sumAll(x), List.of(other)).get(0));
        var result = new Interpreter(builder.build(), Precision.FLOAT)
                .run(Map.of("x", new double[] {1, 2}, "other", new double[] {3, 4}), Map.of());
        assertThat(result.outputs().get("gradient")).containsExactly(0, 0);
    }
}
