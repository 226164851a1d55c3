package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A graph of elementwise operations, views, reductions and products, each of operands drawn from all that came before.
 * Numbers stay of moderate size, and away from where a function has no value.
 */
final class RandomGraph {

    private static final long[] SIDES = {1, 2, 3, 5, 8, 17, 33, 64, 67};
    private static final int MOST_RANK = 5;

    private static final List<UnaryOperator<Tensor>> FUNCTIONS = List.of(
            Tensor::negate,
            Tensor::abs,
            Tensor::tanh,
            Tensor::sigmoid,
            Tensor::erf,
            Tensor::relu,
            Tensor::gelu,
            x -> x.add(0.7),
            x -> x.multiply(0.3),
            x -> x.apply(Primitive.SIN, Attributes.none()),
            x -> x.apply(Primitive.COS, Attributes.none()),
            x -> x.tanh().exp(),
            x -> x.abs().add(0.5).log(),
            x -> x.abs().add(0.25).sqrt(),
            x -> x.tanh().square(),
            x -> x.square().add(0.5).apply(Primitive.RSQRT, Attributes.none()),
            x -> x.square().add(0.5).apply(Primitive.RECIPROCAL, Attributes.none()));

    private static final List<BinaryOperator<Tensor>> PAIRS = List.of(
            Tensor::add,
            Tensor::subtract,
            Tensor::maximum,
            Tensor::minimum,
            (x, y) -> x.multiply(y.tanh()),
            (x, y) -> x.divide(y.abs().add(0.5)),
            (x, y) -> x.abs().add(0.5).pow(y.tanh()),
            (x, y) -> x.lessThan(y).select(x.tanh(), y),
            (x, y) -> x.equalTo(y).select(x, y.multiply(0.5)),
            (x, y) -> x.lessThan(y).cast(DType.FLOAT32).add(x));

    private final GraphBuilder builder = new GraphBuilder();
    private final SplittableRandom random;
    private final long most;
    private final long[] sides;
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Tensor> variables = new ArrayList<>();
    private final List<Tensor> pool = new ArrayList<>();

    private RandomGraph(long seed, long most) {
        this.random = new SplittableRandom(seed);
        this.most = most;
        this.sides = LongStream.generate(() -> SIDES[random.nextInt(SIDES.length)])
                .limit(3)
                .toArray();
    }

    /**
     * The graph of a seed.
     *
     * @param most the most elements that any of its values has
     * @param assigns whether it has variables
     * @param learns whether it hands out the gradients of a sum by its inputs
     */
    static Graph of(long seed, long most, boolean assigns, boolean learns) {
        return new RandomGraph(seed, most).build(assigns, learns);
    }

    /** The name of an input; all of them hold numbers that are normally distributed. */
    static String input(int number) {
        return "x" + number;
    }

    private Graph build(boolean assigns, boolean learns) {
        int first = random.nextInt(2, 5);
        for (int i = 0; i < first; i++) {
            pool.add(input(randomShape()));
        }
        for (int i = 0; assigns && i < 2; i++) {
            var type = new TensorType(DType.FLOAT32, i == 0 ? pick().shape() : randomShape());
            long salt = 77 + i;
            variables.add(
                    Tensor.of(builder, builder.variable("v" + i, type, seed -> Fill.NORMAL.array(type, 0, salt))));
            pool.add(variables.get(i));
        }
        int operations = random.nextInt(4, 24);
        for (int i = 0; i < operations; i++) {
            Tensor next = next();
            if (next.shape().size() <= most && next.shape().rank() <= MOST_RANK) {
                pool.add(next);
            }
        }
        output();
        if (assigns) {
            assign();
        }
        if (learns) {
            gradients();
        }
        return builder.build();
    }

    private void output() {
        builder.output("last", pool.get(pool.size() - 1).value());
        int more = random.nextInt(4);
        for (int i = 0; i < more; i++) {
            builder.output("output " + i, pick().value());
        }
    }

    /** Each variable becomes something of its shape, or what it was. */
    private void assign() {
        for (Tensor variable : variables) {
            List<Tensor> fitting = pool.stream()
                    .filter(one -> one.shape().equals(variable.shape()))
                    .toList();
            Tensor chosen = fitting.get(random.nextInt(fitting.size()));
            // Not larger from step to step.
            builder.assign(variable.value(), (random.nextBoolean() ? chosen : chosen.tanh()).value());
        }
    }

    private void gradients() {
        Tensor last = pool.get(pool.size() - 1);
        Tensor loss = last.sum().divide(Math.sqrt(last.shape().size()));
        builder.output("loss", loss.value());
        List<Value> by = inputs.stream().map(Tensor::value).toList();
        List<Value> slopes = Gradients.of(new Emitter(builder), loss.value(), by);
        for (int i = 0; i < slopes.size(); i++) {
            builder.output("gradient by " + input(i), slopes.get(i));
        }
    }

    private Tensor input(Shape shape) {
        var type = new TensorType(DType.FLOAT32, shape);
        inputs.add(Tensor.of(builder, builder.input(input(inputs.size()), type)));
        return inputs.get(inputs.size() - 1);
    }

    private Shape randomShape() {
        long[] sizes = new long[random.nextInt(MOST_RANK)];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = random.nextInt(4) == 0 ? 1 : side();
        }
        return LongStream.of(sizes).reduce(1, (a, b) -> a * b) <= most ? Shape.of(sizes) : Shape.of(side());
    }

    private long side() {
        return sides[random.nextInt(sides.length)];
    }

    /** Something that came before, rather late than early. */
    private Tensor pick() {
        int back = Math.min(random.nextInt(pool.size()), random.nextInt(pool.size()));
        return pool.get(pool.size() - 1 - back);
    }

    private <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private Tensor next() {
        Tensor x = pick();
        return switch (random.nextInt(15)) {
            case 0, 1 -> one(FUNCTIONS).apply(x);
            case 2, 3, 4, 5 -> one(PAIRS).apply(x, partner(x));
            case 6 -> transposed(x);
            case 7 -> reshaped(x);
            case 8 -> x.broadcast(x.shape().prepend(Dim.of(side())));
            case 9, 10 -> reduced(x);
            case 11 -> part(x);
            case 12 -> joined(x);
            case 13 -> windows(x);
            default -> product(x);
        };
    }

    /** Something that can be broadcast with a value, if only itself. */
    private Tensor partner(Tensor x) {
        for (int i = 0; i < 8; i++) {
            Tensor y = pick();
            try {
                Shape.broadcast(x.shape(), y.shape());
                return y;
            } catch (ShapeException e) {
                // Another one.
            }
        }
        return x;
    }

    private Tensor transposed(Tensor x) {
        int[] axes = IntStream.range(0, x.shape().rank()).toArray();
        for (int i = axes.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int axis = axes[i];
            axes[i] = axes[j];
            axes[j] = axis;
        }
        return x.transpose(axes);
    }

    private Tensor reshaped(Tensor x) {
        List<Long> sizes =
                new ArrayList<>(Arrays.stream(x.shape().toArray()).boxed().toList());
        switch (random.nextInt(4)) {
            case 0 -> sizes = List.of(x.shape().size());
            case 1 -> sizes.add(random.nextInt(sizes.size() + 1), 1L);
            case 2 -> sizes.removeIf(size -> size == 1);
            default -> Collections.reverse(sizes);
        }
        return x.reshape(sizes.stream().mapToLong(Long::longValue).toArray());
    }

    private int axis(Tensor x) {
        return random.nextInt(x.shape().rank());
    }

    private Tensor part(Tensor x) {
        if (x.shape().rank() == 0) {
            return x.tanh();
        }
        int axis = axis(x);
        long size = x.shape().size(axis);
        long from = random.nextLong(size);
        return x.slice(axis, from, random.nextLong(from + 1, size + 1));
    }

    private Tensor joined(Tensor x) {
        if (x.shape().rank() == 0) {
            return x.tanh();
        }
        Tensor other = random.nextBoolean() ? x.tanh() : part(x);
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            if (x.shape().with(axis, Dim.of(1)).equals(other.shape().with(axis, Dim.of(1)))) {
                return Tensor.concat(axis, x, other);
            }
        }
        return other.pad(axis(other), random.nextInt(2), random.nextInt(3), 0.5);
    }

    private Tensor windows(Tensor x) {
        if (x.shape().rank() == 0 || x.shape().rank() == MOST_RANK) {
            return x.tanh();
        }
        long kernel = random.nextLong(1, Math.min(4, x.shape().size(-1) + 1));
        var attributes = Attributes.of("kernel", new long[] {kernel})
                .with("stride", new long[] {random.nextLong(1, 3)})
                .with("dilation", new long[] {1});
        return x.apply(Primitive.WINDOWS, attributes);
    }

    private Tensor reduced(Tensor x) {
        int[] axes = IntStream.range(0, x.shape().rank())
                .filter(axis -> random.nextBoolean())
                .toArray();
        if (axes.length == 0) {
            return x.tanh();
        }
        long terms = Arrays.stream(axes).mapToLong(x.shape()::size).reduce(1, (a, b) -> a * b);
        Tensor y = switch (random.nextInt(3)) {
            case 0 -> x.sum(axes).divide(Math.sqrt(terms));
            case 1 -> x.mean(axes);
            default -> x.max(axes);
        };
        if (random.nextBoolean()) {
            return y;
        }
        long[] kept = x.shape().toArray();
        Arrays.stream(axes).forEach(axis -> kept[axis] = 1);
        return x.subtract(y.reshape(kept));
    }

    /** With a turned or plain value of matching sides, maybe the same one, or with a new input. */
    private Tensor product(Tensor x) {
        Tensor left = x.shape().rank() >= 2 ? x : x.reshape(1, -1);
        int rank = left.shape().rank();
        long inner = left.shape().size(-1);
        var factors = new ArrayList<Tensor>();
        for (Tensor y : pool) {
            if (y.shape().rank() == rank
                    && y.shape()
                            .dims()
                            .subList(0, rank - 2)
                            .equals(left.shape().dims().subList(0, rank - 2))) {
                if (y.shape().size(-2) == inner) {
                    factors.add(y);
                }
                if (y.shape().size(-1) == inner) {
                    int[] axes = IntStream.range(0, rank).toArray();
                    axes[rank - 2] = rank - 1;
                    axes[rank - 1] = rank - 2;
                    factors.add(y.transpose(axes));
                }
            }
        }
        if (inputs.size() < RandomGraphCases.MOST_INPUTS) {
            long[] sizes = left.shape().toArray();
            sizes[rank - 2] = inner;
            sizes[rank - 1] = side();
            if (LongStream.of(sizes).reduce(1, (a, b) -> a * b) <= most) {
                factors.add(input(Shape.of(sizes)));
            }
        }
        return factors.isEmpty() ? x.tanh() : left.matmul(one(factors)).multiply(1 / Math.sqrt(inner));
    }
}
