package dev.baton.compiler;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/**
 * Graphs made from lists of numbers, each of which decides something: shorter lists make smaller graphs, so that a
 * graph that breaks a property shrinks.
 */
final class RandomGraphs {

    static final double[] SPECIAL = {
        0,
        -0.0,
        1,
        -1,
        2,
        -2,
        0.5,
        4,
        3,
        0.1,
        -0.75,
        1e38,
        -1e38,
        1e-38,
        1e-42,
        Float.MIN_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
    };

    private static final Primitive[] UNARY = {
        Primitive.NEG, Primitive.ABS, Primitive.EXP, Primitive.SQRT, Primitive.TANH, Primitive.RECIPROCAL
    };
    private static final Primitive[] BINARY = {
        Primitive.ADD, Primitive.SUB, Primitive.MUL, Primitive.DIV, Primitive.MAX, Primitive.POW
    };
    private static final Primitive[] INTEGER = {Primitive.ADD, Primitive.SUB, Primitive.MUL, Primitive.MAX};
    private static final Primitive[] COMPARISONS = {Primitive.EQUAL, Primitive.LESS, Primitive.LESS_EQUAL};
    private static final Primitive[] REDUCTIONS = {Primitive.SUM, Primitive.REDUCE_MAX, Primitive.ARGMAX};
    private static final int MOST_ELEMENTS = 100;

    private final List<Integer> decisions;
    private final GraphBuilder builder = new GraphBuilder();
    private final Emitter emit = new Emitter(builder);
    private final List<Value> values = new ArrayList<>();
    private int next;

    private RandomGraphs(List<Integer> decisions) {
        this.decisions = decisions;
    }

    static Arbitrary<List<Integer>> decisions() {
        return Arbitraries.integers().between(0, 5039).list().ofMinSize(1).ofMaxSize(70);
    }

    static Graph graph(List<Integer> decisions) {
        return new RandomGraphs(decisions).build();
    }

    /** Values of the inputs or variables of a graph: some special, some not; the same for the same seed. */
    static Map<String, double[]> numbers(Map<String, Value> names, long seed) {
        var random = new SplittableRandom(seed);
        var numbers = new HashMap<String, double[]>();
        names.forEach((name, value) -> numbers.put(
                name,
                IntStream.range(0, (int) value.shape().size())
                        .mapToDouble(i -> number(value.dtype(), random))
                        .toArray()));
        return numbers;
    }

    private static double number(DType dtype, SplittableRandom random) {
        return switch (dtype) {
            case FLOAT32 ->
                random.nextInt(3) == 0
                        ? (float) SPECIAL[random.nextInt(SPECIAL.length)]
                        : random.nextInt(-512, 512) / 64.0;
            case FLOAT64 -> random.nextInt(3) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextDouble(-3, 3);
            case INT32, INT64 -> random.nextInt(-5, 6);
            case INT8 -> random.nextInt(-128, 128);
            case BOOL -> random.nextInt(2);
        };
    }

    private boolean more() {
        return next < decisions.size();
    }

    private int choose(int bound) {
        int decision = more() ? decisions.get(next) : 0;
        next++;
        return Math.floorMod(decision, bound);
    }

    private <T> T choose(T[] from) {
        return from[choose(from.length)];
    }

    private Graph build() {
        input("a", DType.FLOAT32, 3, 3);
        input("b", DType.FLOAT32, 2, 3);
        input("c", DType.FLOAT32, 3, 1);
        input("s", DType.FLOAT32);
        input("d", DType.FLOAT64, 2);
        input("i", DType.INT32, 2, 3);
        input("m", DType.BOOL, 3);
        Value square = variable("v", 3, 3);
        Value wide = variable("w", 2, 3);
        while (more()) {
            Value made = make();
            if (made != null
                    && made.shape().size() <= MOST_ELEMENTS
                    && made.shape().rank() <= 4) {
                values.add(made);
            }
        }
        assign(square);
        assign(wide);
        builder.output("last", values.get(values.size() - 1));
        for (int i = 0; i < 2; i++) {
            builder.output("y" + i, values.get(choose(values.size())));
        }
        return builder.build();
    }

    private void input(String name, DType dtype, long... sizes) {
        values.add(builder.input(name, new TensorType(dtype, Shape.of(sizes))));
    }

    private Value variable(String name, long... sizes) {
        var type = new TensorType(DType.FLOAT32, Shape.of(sizes));
        Value variable = builder.variable(name, type, seed -> NDArray.zeros(type.dtype(), type.shape()));
        values.add(variable);
        return variable;
    }

    /** The last value that fits, if it is not the variable itself. */
    private void assign(Value variable) {
        for (int i = values.size() - 1; i >= 0; i--) {
            if (values.get(i).type().equals(variable.type()) && choose(4) != 0) {
                builder.assign(variable, values.get(i));
                return;
            }
        }
    }

    private Value make() {
        int kind = choose(13);
        Value x = values.get(values.size() - 1 - choose(Math.min(values.size(), 1 + choose(values.size()))));
        boolean moves = kind >= 5 && kind <= 7 || kind == 12;
        if (x.dtype() == DType.INT8 && !moves) {
            return cast(x);
        }
        return switch (kind) {
            case 0, 1 -> unary(x);
            case 2, 3, 4 -> binary(x);
            case 5 -> emit.reshape(x, shape(x));
            case 6 -> transpose(x);
            case 7 -> broadcast(x);
            case 8 -> reduce(x);
            case 9 -> matmul(x);
            case 10 -> cast(x);
            case 12 -> slice(x);
            default -> select(x);
        };
    }

    /** Not from real numbers to int64: the interpreter keeps those exactly up to 2^53 alone. */
    private Value cast(Value x) {
        DType chosen = choose(DType.values());
        return emit.cast(x, x.dtype().isFloating() && chosen == DType.INT64 ? DType.INT32 : chosen);
    }

    private Value unary(Value x) {
        if (x.dtype() == DType.BOOL) {
            return emit.apply(Primitive.NOT, x);
        }
        if (x.dtype().isInteger()) {
            return emit.neg(x);
        }
        return choose(8) == 0 ? emit.apply(Activations.RELU, x) : emit.apply(choose(UNARY), x);
    }

    private Value binary(Value x) {
        Value y = partner(x);
        Value first = choose(3) == 0 ? y : x;
        Value second = first == y ? x : y;
        if (x.dtype() == DType.BOOL) {
            return emit.apply(choose(2) == 0 ? Primitive.AND : Primitive.OR, first, second);
        }
        return emit.apply(choose(x.dtype().isInteger() ? INTEGER : BINARY), first, second);
    }

    /** Another value of the same type, or a number. */
    private Value partner(Value x) {
        List<Value> fitting =
                values.stream().filter(value -> value.type().equals(x.type())).toList();
        if (choose(2) == 0) {
            return fitting.get(choose(fitting.size()));
        }
        double number = SPECIAL[choose(SPECIAL.length)];
        return emit.fullLike(x, x.dtype().isFloating() ? number : Math.signum(number));
    }

    /** The same sizes without those that are 1, or one more of them, or all in one dimension, or in another order. */
    private Shape shape(Value x) {
        long[] sizes = x.shape().toArray();
        return switch (choose(4)) {
            case 0 -> Shape.of(x.shape().size());
            case 1 -> Shape.of(Arrays.stream(sizes).filter(size -> size != 1).toArray());
            case 2 ->
                Shape.of(LongStream.concat(Arrays.stream(sizes), LongStream.of(1))
                        .toArray());
            default ->
                Shape.of(IntStream.range(0, sizes.length)
                        .mapToLong(i -> sizes[sizes.length - 1 - i])
                        .toArray());
        };
    }

    private Value transpose(Value x) {
        var axes = new ArrayList<Integer>();
        for (int i = 0; i < x.shape().rank(); i++) {
            axes.add(choose(axes.size() + 1), i);
        }
        return emit.transpose(x, axes.stream().mapToInt(Integer::intValue).toArray());
    }

    private Value broadcast(Value x) {
        long[] sizes = Arrays.stream(x.shape().toArray())
                .map(size -> size == 1 ? 1 + choose(3) : size)
                .toArray();
        Shape shape = Shape.of(sizes);
        return emit.apply(
                Primitive.BROADCAST,
                Attributes.of("shape", choose(2) == 0 ? shape : shape.prepend(dev.baton.Dim.of(3))),
                x);
    }

    private Value slice(Value x) {
        long[] starts = new long[x.shape().rank()];
        long[] sizes = x.shape().toArray();
        for (int axis = 0; axis < sizes.length; axis++) {
            starts[axis] = choose((int) sizes[axis]);
            sizes[axis] = 1 + choose((int) (sizes[axis] - starts[axis]));
        }
        return emit.slice(x, starts, Shape.of(sizes));
    }

    private Value reduce(Value x) {
        int rank = x.shape().rank();
        int[] axes = IntStream.range(0, rank).filter(axis -> choose(2) == 0).toArray();
        if (x.dtype() == DType.BOOL) {
            return emit.reduce(Primitive.ALL, x, axes);
        }
        if (!x.dtype().isFloating()) {
            return null;
        }
        Primitive kind = choose(REDUCTIONS);
        return kind != Primitive.ARGMAX || axes.length == 1 ? emit.reduce(kind, x, axes) : null;
    }

    private Value matmul(Value x) {
        if (!x.dtype().isFloating() || x.shape().rank() < 2) {
            return null;
        }
        boolean transposeA = choose(2) == 0;
        boolean transposeB = choose(2) == 0;
        var fitting = new ArrayList<Value>();
        for (Value y : values) {
            boolean stacked = y.dtype() == x.dtype()
                    && y.shape().rank() == x.shape().rank()
                    && y.shape()
                            .dims()
                            .subList(0, y.shape().rank() - 2)
                            .equals(x.shape().dims().subList(0, x.shape().rank() - 2));
            if (stacked && x.shape().size(transposeA ? -2 : -1) == y.shape().size(transposeB ? -1 : -2)) {
                fitting.add(y);
            }
        }
        return fitting.isEmpty() ? null : emit.matmul(x, fitting.get(choose(fitting.size())), transposeA, transposeB);
    }

    private Value select(Value x) {
        if (x.dtype() == DType.BOOL) {
            return null;
        }
        Value y = partner(x);
        return emit.select(emit.apply(choose(COMPARISONS), x, partner(x)), choose(3) == 0 ? x : y, x);
    }
}
