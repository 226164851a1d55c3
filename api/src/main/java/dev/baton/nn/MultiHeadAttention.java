package dev.baton.nn;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.util.List;

/**
 * Attention in several subspaces at once (Vaswani et al. 2017), of a sequence to itself or to another one: [N, T, width]
 * -> [N, T, width]. Parameters have the names of PyTorch's layer of this name, {@code in_proj_weight}, {@code
 * in_proj_bias}, {@code out_proj.weight} and {@code out_proj.bias}, and lie in files as there, so that weights can be
 * exchanged; batches come first. Attention weights have no dropout.
 */
public final class MultiHeadAttention extends Layer {

    private record Options(boolean bias, boolean causal, RotaryPositions rotary) {}

    private final long width;
    private final long heads;
    private final Options options;
    private final Parameter weight;
    private final Parameter bias;
    private final Linear out;

    /**
     * @param heads how many subspaces; they share the width evenly
     * @throws ShapeException if they cannot
     */
    public MultiHeadAttention(long width, long heads) {
        this(width, heads, new Options(true, false, null));
    }

    private MultiHeadAttention(long width, long heads, Options options) {
        if (width < 1 || heads < 1 || width % heads != 0) {
            throw new ShapeException(
                    "MultiHeadAttention of " + heads + " heads needs a width that they can share, not " + width);
        }
        this.width = width;
        this.heads = heads;
        this.options = options;
        this.weight = parameter(
                "in_proj_weight",
                Shape.of(width, 3 * width),
                Initializers.xavierUniform(),
                Parameter.FileLayout.TRANSPOSED);
        this.bias = options.bias ? parameter("in_proj_bias", Shape.of(3 * width), Initializers.constant(0)) : null;
        var linear = new Linear(width, width, Initializers.fanIn(width));
        this.out = child("out_proj", options.bias ? linear : linear.withoutBias());
    }

    /** A layer in which each position looks at itself and those before it. */
    public MultiHeadAttention causal() {
        return new MultiHeadAttention(width, heads, new Options(options.bias, true, options.rotary));
    }

    /** A layer whose projections have no bias. */
    public MultiHeadAttention withoutBias() {
        return new MultiHeadAttention(width, heads, new Options(false, options.causal, options.rotary));
    }

    /** A layer that turns its queries and keys by their positions. */
    public MultiHeadAttention rotary(RotaryPositions positions) {
        return new MultiHeadAttention(width, heads, new Options(options.bias, options.causal, positions));
    }

    /** Attention of a sequence to itself. */
    @Override
    public Tensor forward(Tensor x) {
        return forward(x, attention());
    }

    /** The attention that {@link #forward(Tensor)} takes; with a mask or lengths it is for the other two. */
    public Attention attention() {
        return options.causal ? Attention.causal() : Attention.full();
    }

    /** Attention of a sequence to itself, as the given attention says. */
    public Tensor forward(Tensor x, Attention attention) {
        return inLayer(x, () -> {
            check(x, "a sequence");
            Tensor projected = x.matmul(weight.in(x));
            projected = bias == null ? projected : projected.add(bias.in(x));
            Tensor packed = projected.reshape(Shape.of(
                    List.of(x.shape().dim(0), x.shape().dim(1), Dim.of(3), Dim.of(heads), Dim.of(width / heads))));
            Tensor attended = options.rotary == null
                    ? attention.ofPacked(packed)
                    : attended(attention, part(packed, 0), part(packed, 1), part(packed, 2));
            return out.forward(attended.reshape(x.shape()));
        });
    }

    /** Queries, keys or values of all heads, [N, T, heads, width]. */
    private static Tensor part(Tensor packed, int number) {
        return packed.slice(2, number, number + 1).reshape(packed.shape().without(2));
    }

    /**
     * Attention of one sequence to another.
     *
     * @param queries [N, T, width]
     * @param keys [N, S, width]
     * @param values [N, S, width]
     * @return [N, T, width]
     */
    public Tensor forward(Tensor queries, Tensor keys, Tensor values, Attention attention) {
        return inLayer(queries, () -> {
            check(queries, "queries");
            check(keys, "keys");
            check(values, "values");
            Tensor attended = attended(attention, projected(queries, 0), projected(keys, 1), projected(values, 2));
            return out.forward(attended.reshape(queries.shape()));
        });
    }

    /** [N, T, width] -> [N, T, heads, width of one]. */
    private Tensor projected(Tensor x, int number) {
        long from = number * width;
        Tensor projected = x.matmul(weight.in(x).slice(1, from, from + width));
        projected = bias == null ? projected : projected.add(bias.in(x).slice(0, from, from + width));
        return projected.reshape(
                Shape.of(List.of(x.shape().dim(0), x.shape().dim(1), Dim.of(heads), Dim.of(width / heads))));
    }

    /** Attention with positions before heads, which is how projections leave them. */
    private Tensor attended(Attention attention, Tensor queries, Tensor keys, Tensor values) {
        Tensor q = queries.transpose(0, 2, 1, 3);
        Tensor k = keys.transpose(0, 2, 1, 3);
        if (options.rotary != null) {
            q = options.rotary.turn(q);
            k = options.rotary.turn(k);
        }
        return attention.of(q, k, values.transpose(0, 2, 1, 3)).transpose(0, 2, 1, 3);
    }

    private void check(Tensor x, String what) {
        if (x.shape().rank() != 3 || !x.shape().dim(2).equals(Dim.of(width))) {
            throw x.graph()
                    .shapeError("multi-head attention: takes " + what + " [N, T, " + width + "], not " + x.shape());
        }
    }

    @Override
    protected String describe() {
        return "MultiHeadAttention(" + width + ", " + heads + " heads" + (options.causal ? ", causal)" : ")");
    }
}
