package dev.baton.tensor;

import dev.baton.ShapeException;
import dev.baton.composite.AttentionMask;
import dev.baton.composite.CachedAttention;
import dev.baton.composite.DotProductAttention;
import dev.baton.composite.PackedAttention;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Operation;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Scaled dot-product attention (Vaswani et al. 2017): each query gets a mean of the values, weighted by the softmax of
 * its products with the keys. Immutable; the options say which keys a query may look at. A query that may look at none
 * gets 0.
 */
public final class Attention {

    private final boolean causal;
    private final Double scale;
    private final Tensor mask;
    private final Tensor lengths;

    private Attention(boolean causal, Double scale, Tensor mask, Tensor lengths) {
        this.causal = causal;
        this.scale = scale;
        this.mask = mask;
        this.lengths = lengths;
    }

    /** Every query looks at every key. */
    public static Attention full() {
        return new Attention(false, null, null, null);
    }

    /** The query at position t looks at the keys at positions 0 to t. */
    public static Attention causal() {
        return new Attention(true, null, null, null);
    }

    /** The factor of the products; 1 / sqrt(width) unless changed. */
    public Attention scale(double scale) {
        return new Attention(causal, scale, mask, lengths);
    }

    /**
     * Where a query may look.
     *
     * @param mask truth values [N, heads, T, S], of which N, heads and T may be 1
     */
    public Attention mask(Tensor mask) {
        return new Attention(causal, scale, mask, lengths);
    }

    /**
     * How many keys there are: the rest, up to the capacity S, is left out.
     *
     * @param lengths int32 [N]
     */
    public Attention lengths(Tensor lengths) {
        return new Attention(causal, scale, mask, lengths);
    }

    /**
     * Attention of each head by itself.
     *
     * @param queries [N, heads, T, width]
     * @param keys [N, heads, S, width]
     * @param values [N, heads, S, any width]
     * @return [N, heads, T, width of the values]
     * @throws ShapeException if they do not fit
     */
    public Tensor of(Tensor queries, Tensor keys, Tensor values) {
        for (Tensor each : List.of(queries, keys, values)) {
            if (each.shape().rank() != 4) {
                throw queries.graph()
                        .shapeError("attention: takes queries, keys and values [N, heads, positions, width], not "
                                + queries.shape() + ", " + keys.shape() + " and " + values.shape());
            }
        }
        var inputs = new ArrayList<Value>();
        for (Tensor each : List.of(queries, keys, values)) {
            inputs.add(swap(each).value());
        }
        return swap(
                queries.graph().decoding() == null
                        ? apply(DotProductAttention.FORWARD, queries, inputs)
                        : decode(CachedAttention.SEPARATE, queries, inputs));
    }

    /**
     * Attention of queries, keys and values that one projection has made.
     *
     * @param packed [N, T, 3, heads, width]
     * @return [N, T, heads, width]
     * @throws ShapeException if the shape is another one
     */
    public Tensor ofPacked(Tensor packed) {
        return packed.graph().decoding() == null
                ? apply(PackedAttention.FORWARD, packed, List.of(packed.value()))
                : decode(CachedAttention.PACKED, packed, List.of(packed.value()));
    }

    /** Attention of new tokens to all up to themselves, whose keys and values are kept from run to run. */
    private Tensor decode(CachedAttention operation, Tensor first, List<Value> inputs) {
        GraphBuilder graph = first.graph();
        if (!causal || mask != null || lengths != null) {
            throw graph.shapeError(
                    "attention: a model writes text one token after the other where its attention is causal"
                            + " and has neither mask nor lengths; this one looks at what is not written yet");
        }
        return Tensor.of(graph, operation.decode(new Emitter(graph), inputs, factor(first)));
    }

    private double factor(Tensor first) {
        return scale != null ? scale : 1 / Math.sqrt(first.shape().size(-1));
    }

    private Tensor apply(Operation operation, Tensor first, List<Value> inputs) {
        var all = new ArrayList<>(inputs);
        if (mask != null) {
            all.add(mask.value());
        }
        if (lengths != null) {
            all.add(lengths.value());
        }
        var attributes = Attributes.of(DotProductAttention.SCALE, factor(first))
                .with(AttentionMask.CAUSAL, causal)
                .with(AttentionMask.MASK, mask != null)
                .with(AttentionMask.LENGTHS, lengths != null);
        return Tensor.of(
                first.graph(), new Emitter(first.graph()).apply(operation, attributes, all.toArray(Value[]::new)));
    }

    /** Positions before heads, or heads before positions: what a pair of these moves is not moved at all. */
    private static Tensor swap(Tensor x) {
        return x.transpose(0, 2, 1, 3);
    }
}
