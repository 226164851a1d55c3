package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.GraphVerifier;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.reference.Interpreter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each rule by itself: what is left of the graph, and that no bit changes for numbers of every kind. */
class SimplifyTest {

    /** What a definition adds to a graph, from one input. */
    private interface Definition extends BiFunction<Emitter, Value, Value> {}

    /** Numbers of every kind: both zeros, the ends of the range and of what lies below it, infinities, NaN. */
    private static double[] numbers(DType dtype) {
        if (dtype == DType.BOOL) {
            return new double[] {0, 1};
        }
        if (dtype == DType.INT8) {
            return new double[] {0, 1, -1, 7, Byte.MAX_VALUE, Byte.MIN_VALUE};
        }
        if (dtype.isInteger()) {
            return new double[] {0, 1, -1, 7, -12345, Integer.MAX_VALUE, Integer.MIN_VALUE};
        }
        double smallest = dtype == DType.FLOAT32 ? Float.MIN_VALUE : Double.MIN_VALUE;
        double largest = dtype == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
        double normal = dtype == DType.FLOAT32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
        DoubleStream ends =
                DoubleStream.of(smallest, 3 * smallest, normal, 1.5 * normal, largest, largest / 2, 0.75 * largest);
        DoubleStream others = DoubleStream.of(0, 1, 2, 3, 0.5, 0.1, 1.0 / 3, 1e10, 16777217);
        DoubleStream positive = DoubleStream.concat(ends, others);
        return DoubleStream.concat(
                        positive.flatMap(x -> DoubleStream.of(x, -x)),
                        DoubleStream.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY))
                .map(x -> dtype == DType.FLOAT32 ? (float) x : x)
                .toArray();
    }

    /** Simplifies a definition over x [n, 1], checks its bits, and gives the operations that are left. */
    private static List<String> left(DType dtype, Definition definition) {
        double[] numbers = numbers(dtype);
        var builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(dtype, Shape.of(numbers.length, 1)));
        builder.output("y", definition.apply(new Emitter(builder), x));
        Graph before = builder.build();
        Graph after = Simplify.run(before);
        GraphVerifier.verify(after);
        assertThat(run(after, numbers)).as(() -> before + "became\n" + after).isEqualTo(run(before, numbers));
        assertThat(after.outputs().get("y").type())
                .isEqualTo(before.outputs().get("y").type());
        return after.nodes().stream()
                .map(Node::operation)
                .filter(op -> op != Primitive.INPUT)
                .map(Object::toString)
                .toList();
    }

    /** The results as bits; all NaN are alike. */
    private static List<Long> run(Graph graph, double[] numbers) {
        double[] result = new Interpreter(graph, Interpreter.Precision.FLOAT)
                .run(Map.of("x", numbers), Map.of())
                .outputs()
                .get("y");
        return Arrays.stream(result).mapToObj(Double::doubleToLongBits).toList();
    }

    private static Definition with(Primitive primitive, double number) {
        return (emit, x) -> emit.apply(primitive, x, emit.fullLike(x, number));
    }

    private static Definition after(Primitive primitive, double number) {
        return (emit, x) -> emit.apply(primitive, emit.fullLike(x, number), x);
    }

    private static Definition twice(Primitive primitive) {
        return (emit, x) -> emit.apply(primitive, emit.apply(primitive, x));
    }

    private static Definition factors(double first, double second) {
        return (emit, x) -> emit.mul(emit.mul(x, first), second);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void neutralNumbersGo(DType dtype) {
        assertThat(left(dtype, with(Primitive.MUL, 1))).isEmpty();
        assertThat(left(dtype, after(Primitive.MUL, 1))).isEmpty();
        assertThat(left(dtype, with(Primitive.DIV, 1))).isEmpty();
        assertThat(left(dtype, with(Primitive.SUB, 0.0))).isEmpty();
        assertThat(left(dtype, with(Primitive.ADD, -0.0))).isEmpty();
        assertThat(left(dtype, after(Primitive.ADD, -0.0))).isEmpty();
        assertThat(left(dtype, with(Primitive.POW, 1))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void whatIsOnlyNearlyNeutralStays(DType dtype) {
        assertThat(left(dtype, with(Primitive.ADD, 0.0))).contains("ADD");
        assertThat(left(dtype, with(Primitive.SUB, -0.0))).contains("SUB");
        assertThat(left(dtype, after(Primitive.SUB, 0.0))).contains("SUB");
        assertThat(left(dtype, with(Primitive.MUL, 0))).contains("MUL");
        assertThat(left(dtype, after(Primitive.DIV, 0))).contains("DIV");
        assertThat(left(dtype, after(Primitive.DIV, 1))).contains("DIV");
        assertThat(left(dtype, with(Primitive.POW, 0.5))).contains("POW");
        assertThat(left(dtype, with(Primitive.POW, -1))).contains("POW");
        assertThat(left(dtype, with(Primitive.POW, 3))).contains("POW");
        assertThat(left(dtype, (emit, x) -> emit.sub(x, x))).contains("SUB");
        assertThat(left(dtype, (emit, x) -> emit.div(x, x))).contains("DIV");
        assertThat(left(dtype, with(Primitive.MAX, Double.NEGATIVE_INFINITY))).contains("MAX");
    }

    @ParameterizedTest
    @EnumSource(names = {"INT32", "INT64"})
    void integersHaveOneZero(DType dtype) {
        for (double zero : new double[] {0.0, -0.0}) {
            assertThat(left(dtype, with(Primitive.ADD, zero))).isEmpty();
            assertThat(left(dtype, after(Primitive.ADD, zero))).isEmpty();
            assertThat(left(dtype, with(Primitive.SUB, zero))).isEmpty();
        }
        assertThat(left(dtype, with(Primitive.MUL, 1))).isEmpty();
        assertThat(left(dtype, twice(Primitive.NEG))).isEmpty();
        assertThat(left(dtype, factors(2, 4))).filteredOn("MUL"::equals).hasSize(2);
    }

    @Test
    void changesOfSignGo() {
        assertThat(left(DType.FLOAT32, twice(Primitive.NEG))).isEmpty();
        assertThat(left(DType.BOOL, twice(Primitive.NOT))).isEmpty();
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.neg(emit.neg(emit.neg(x)))))
                .containsExactly("NEG");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.add(emit.mul(x, x), emit.neg(x))))
                .containsExactly("MUL", "SUB");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.add(emit.neg(x), emit.mul(x, x))))
                .containsExactly("MUL", "SUB");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.sub(emit.mul(x, x), emit.neg(x))))
                .containsExactly("MUL", "ADD");
        assertThat(left(DType.INT32, (emit, x) -> emit.sub(emit.mul(x, x), emit.neg(x))))
                .containsExactly("MUL", "ADD");
    }

    @Test
    void factorsAreGatheredWhereThatIsExact() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (double power : new double[] {-1, 2, -4, 1 << 20}) {
                assertThat(left(dtype, factors(power, 3))).containsOnlyOnce("MUL");
                assertThat(left(dtype, factors(power, -1.1))).containsOnlyOnce("MUL");
            }
        }
    }

    /** 0.5 loses bits below the normal range, 2 x 0.5 comes back from an infinity, 3 is rounded twice. */
    @Test
    void factorsStayWhereTheyAreRounded() {
        double[][] pairs = {{0.5, 2}, {2, 0.5}, {3, 2}, {3, 5}, {0.5, 0.5}, {0x1p100, 0x1p100}, {2, Double.NaN}, {2, 0}
        };
        for (double[] pair : pairs) {
            assertThat(left(DType.FLOAT32, factors(pair[0], pair[1])))
                    .as(Arrays.toString(pair))
                    .filteredOn("MUL"::equals)
                    .hasSize(2);
        }
    }

    @Test
    void dividingByAPowerOfTwoIsMultiplying() {
        for (double power : new double[] {2, -4, 0.5, 0x1p-10, 0x1p100}) {
            assertThat(left(DType.FLOAT32, with(Primitive.DIV, power)))
                    .as("" + power)
                    .contains("MUL")
                    .doesNotContain("DIV");
            assertThat(left(DType.FLOAT64, with(Primitive.DIV, power)))
                    .as("" + power)
                    .contains("MUL")
                    .doesNotContain("DIV");
        }
        for (double other : new double[] {3, 10, 0, -0.0, 0x1p127, 0x1p-127, Double.POSITIVE_INFINITY, Double.NaN}) {
            assertThat(left(DType.FLOAT32, with(Primitive.DIV, other)))
                    .as("" + other)
                    .contains("DIV");
        }
        assertThat(left(DType.FLOAT64, with(Primitive.DIV, 0x1p1023))).contains("DIV");
    }

    @Test
    void smallPowersAreProducts() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            assertThat(left(dtype, with(Primitive.POW, 2))).containsExactly("MUL");
            assertThat(left(dtype, with(Primitive.POW, 0))).containsExactly("CONSTANT", "BROADCAST");
            assertThat(left(dtype, with(Primitive.POW, -0.0))).containsExactly("CONSTANT", "BROADCAST");
        }
    }

    @Test
    void conversionsThatKeepEveryValueAreLeftOut() {
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.apply(Primitive.CAST, Attributes.of("dtype", "FLOAT32"), x)))
                .isEmpty();
        Map<DType, List<DType>> keeping = Map.of(
                DType.FLOAT32, List.of(DType.FLOAT64),
                DType.INT32, List.of(DType.INT64, DType.FLOAT64),
                DType.INT8, List.of(DType.INT32, DType.INT64, DType.FLOAT32, DType.FLOAT64),
                DType.BOOL, List.of(DType.INT8, DType.INT32, DType.INT64, DType.FLOAT32, DType.FLOAT64));
        for (DType from : DType.values()) {
            for (DType through : DType.values()) {
                boolean keeps = keeping.getOrDefault(from, List.of()).contains(through);
                for (DType to : DType.values()) {
                    long expected = from == through
                            ? (from == to ? 0 : 1)
                            : keeps ? (from == to ? 0 : 1) : through == to ? 1 : 2;
                    assertThat(left(from, (emit, x) -> emit.cast(emit.cast(x, through), to)))
                            .as(from + " to " + through + " to " + to)
                            .hasSize((int) expected);
                }
            }
        }
    }

    @Test
    void aChoiceBetweenEqualsIsNone() {
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.select(emit.less(x, emit.mul(x, x)), x, x)))
                .isEmpty();
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.select(emit.less(x, x), x, emit.neg(x))))
                .contains("SELECT");
    }

    @Test
    void numbersAreComputedOnce() {
        var operations = new HashMap<Primitive, DoubleUnaryOperator>();
        operations.put(Primitive.NEG, a -> -a);
        operations.put(Primitive.ABS, Math::abs);
        operations.put(Primitive.SQRT, Math::sqrt);
        operations.put(Primitive.RECIPROCAL, a -> 1 / a);
        operations.forEach((primitive, function) -> {
            for (double number : numbers(DType.FLOAT32)) {
                Definition definition = (emit, x) -> emit.apply(primitive, emit.fullLike(x, number));
                assertThat(left(DType.FLOAT32, definition))
                        .as(primitive + " of " + number)
                        .containsExactly("CONSTANT", "BROADCAST");
            }
        });
        for (Primitive primitive : List.of(Primitive.ADD, Primitive.SUB, Primitive.MUL, Primitive.DIV)) {
            for (double a : numbers(DType.FLOAT32)) {
                for (double b : new double[] {0.1, -3, 1e-40, 1e38, 0, -0.0, Double.NaN}) {
                    Definition definition =
                            (emit, x) -> emit.apply(primitive, emit.fullLike(x, a), emit.fullLike(x, b));
                    assertThat(left(DType.FLOAT32, definition)).containsExactly("CONSTANT", "BROADCAST");
                }
            }
        }
    }

    /** Backends may round these differently in the last bit: each computes its own. */
    @Test
    void whatIsNotRoundedCorrectlyEverywhereIsLeftToTheBackend() {
        for (Primitive primitive : List.of(Primitive.EXP, Primitive.LOG, Primitive.RSQRT, Primitive.TANH)) {
            assertThat(left(DType.FLOAT32, (emit, x) -> emit.apply(primitive, emit.fullLike(x, 0.7))))
                    .contains(primitive.name());
        }
    }

    @Test
    void movementsBecomeFewer() {
        int n = numbers(DType.FLOAT32).length;
        assertThat(left(
                        DType.FLOAT32,
                        (emit, x) -> emit.apply(Primitive.RESHAPE, Attributes.of("shape", Shape.of(n, 1)), x)))
                .isEmpty();
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.reshape(emit.reshape(x, Shape.of(n)), Shape.of(1, n))))
                .containsExactly("RESHAPE");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.reshape(emit.reshape(x, Shape.of(n)), Shape.of(n, 1))))
                .isEmpty();
        assertThat(left(
                        DType.FLOAT32,
                        (emit, x) -> emit.apply(Primitive.BROADCAST, Attributes.of("shape", Shape.of(n, 1)), x)))
                .isEmpty();
        assertThat(left(
                        DType.FLOAT32,
                        (emit, x) -> emit.broadcast(emit.broadcast(x, Shape.of(n, 3)), Shape.of(2, n, 3))))
                .containsExactly("BROADCAST");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.transpose(x, 0, 1))).isEmpty();
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.transpose(emit.transpose(x, 1, 0), 1, 0)))
                .isEmpty();
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.transpose(emit.reshape(x, Shape.of(1, n, 1)), 1, 0, 2)))
                .hasSize(2);
    }

    @Test
    void ordersOfAxesAreAppliedOneAfterTheOther() {
        int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        int n = numbers(DType.FLOAT32).length;
        for (int[] first : orders) {
            for (int[] second : orders) {
                List<String> left = left(DType.FLOAT32, (emit, x) -> {
                    Value cube = emit.mul(
                            emit.broadcast(emit.reshape(x, Shape.of(n, 1, 1)), Shape.of(n, 3, 2)),
                            emit.broadcast(
                                    emit.broadcast(emit.iota(dev.baton.Dim.of(2), DType.FLOAT32), Shape.of(3, 2)),
                                    Shape.of(n, 3, 2)));
                    return emit.transpose(emit.transpose(cube, first), second);
                });
                assertThat(left.stream().filter("TRANSPOSE"::equals).count()).isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void oneNumberInAnotherShapeIsThatNumber() {
        assertThat(left(
                        DType.FLOAT32,
                        (emit, x) -> emit.mul(
                                x,
                                emit.reshape(
                                        emit.full(
                                                new TensorType(
                                                        DType.FLOAT32,
                                                        Shape.of(x.shape().size())),
                                                3),
                                        x.shape()))))
                .containsExactly("CONSTANT", "BROADCAST", "MUL");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.transpose(emit.fullLike(x, 3), 1, 0)))
                .containsExactly("CONSTANT", "BROADCAST");
    }

    @Test
    void reductionsOfOneElementEachAreNone() {
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.reduce(Primitive.REDUCE_MAX, x, 1)))
                .containsExactly("RESHAPE");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.reduce(Primitive.REDUCE_MAX, x)))
                .isEmpty();
        assertThat(left(DType.BOOL, (emit, x) -> emit.reduce(Primitive.ALL, x, 1)))
                .containsExactly("RESHAPE");
        assertThat(left(DType.BOOL, (emit, x) -> emit.reduce(Primitive.ALL, x))).isEmpty();
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.reduce(Primitive.ARGMAX, x, 1)))
                .containsExactly("CONSTANT", "BROADCAST");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.reduce(Primitive.SUM, x, 1)))
                .containsOnly("RESHAPE", "CONSTANT", "BROADCAST", "ADD");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.reduce(Primitive.SUM, x)))
                .doesNotContain("SUM");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.reduce(Primitive.SUM, x, 0)))
                .containsExactly("SUM");
        assertThat(left(DType.FLOAT32, (emit, x) -> emit.reduce(Primitive.SUM, x, 0, 1)))
                .containsExactly("SUM");
    }

    /** What one rule makes is seen by the others, however long the chain. */
    @Test
    void rulesAreAppliedUntilNoneIsLeft() {
        assertThat(left(DType.FLOAT32, (emit, x) -> {
                    Value one = emit.div(emit.fullLike(x, 4), emit.fullLike(x, 4));
                    Value zero = emit.sub(one, one);
                    Value y = emit.sub(emit.mul(x, one), zero);
                    Value turned = emit.transpose(emit.transpose(emit.neg(emit.neg(y)), 1, 0), 1, 0);
                    return emit.apply(Primitive.POW, turned, emit.apply(Primitive.SQRT, one));
                }))
                .isEmpty();
    }

    @Test
    void whatHasANameKeepsIt() {
        var builder = new GraphBuilder();
        var emit = new Emitter(builder);
        var type = new TensorType(DType.FLOAT32, Shape.of(3));
        Value x = builder.input("x", type);
        builder.input("unused", type);
        Value v = builder.variable("v", type, seed -> null);
        builder.output("y", emit.mul(x, 1));
        builder.output("z", emit.mul(v, 1));
        builder.assign(v, emit.neg(emit.neg(x)));
        Graph simple = Simplify.run(builder.build());
        assertThat(simple.toString().lines().map(line -> line.replaceAll(";.*", "")))
                .containsExactly(
                        "%0 = input(dtype=FLOAT32, name=x, shape=[3]) : float32[3]",
                        "%1 = input(dtype=FLOAT32, name=unused, shape=[3]) : float32[3]",
                        "%2 = variable(dtype=FLOAT32, name=v, shape=[3]) : float32[3]",
                        "output y = %0",
                        "output z = %2",
                        "assign v = %0");
    }
}
