package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Decoding;
import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Causal attention of new tokens to all tokens up to themselves, whose keys and values are kept in caches. Inputs: q, k
 * and v of the new tokens, each [N, T, heads, W], or all three as one [N, T, 3, heads, W] where they are packed; the
 * caches of keys and values [rows, heads, S, W], with at least N rows; the position of the first new token of each
 * sequence, int32 [N]. Outputs: the result [N, T, heads, W] and the caches, where keys and values of the new tokens
 * stand at their positions. What would stand beyond S is left out.
 *
 * <p>A backend that claims it writes the caches where they lie, and reads no more of them than is written. Heads come
 * before positions there: what one query reads lies side by side.
 */
public final class CachedAttention extends Composite {

    public static final CachedAttention SEPARATE = new CachedAttention("cached attention", false);
    public static final CachedAttention PACKED = new CachedAttention("packed cached attention", true);

    private final boolean packed;

    private CachedAttention(String label, boolean packed) {
        super(label);
        this.packed = packed;
    }

    /** How many inputs queries, keys and values are. */
    public int newInputs() {
        return packed ? 1 : 3;
    }

    /**
     * Adds it to a graph that goes on with sequences, with caches of their own.
     *
     * @param inputs queries, keys and values
     * @return [N, T, heads, W]
     */
    public Value decode(Emitter emit, List<Value> inputs, double scale) {
        Decoding decoding = emit.builder().decoding();
        String name = decoding.nextCache();
        var all = new ArrayList<>(inputs);
        List<String> names = List.of(name + "/keys", name + "/values");
        for (int i = 0; i < names.size(); i++) {
            // What is packed has one shape for all three.
            TensorType type = inputs.get(packed ? 0 : 1 + i).type();
            Shape shape = type.shape();
            all.add(emit.builder()
                    .input(
                            names.get(i),
                            type.withShape(Shape.of(
                                    List.of(shape.dim(0), shape.dim(-2), Dim.of(decoding.context()), shape.dim(-1))))));
        }
        all.add(decoding.positions());
        Node node = emit.builder().add(this, all, Attributes.of(DotProductAttention.SCALE, scale));
        emit.builder().output(names.get(0), node.output(1));
        emit.builder().output(names.get(1), node.output(2));
        return node.output(0);
    }

    /**
     * The same for sequences that begin: attention of the new tokens to each other, and the caches as they were.
     *
     * @param inputs of the node
     */
    public List<Value> withoutCaches(Emitter emit, List<Value> inputs, Attributes attributes) {
        var causal = Attributes.of(DotProductAttention.SCALE, attributes.number(DotProductAttention.SCALE))
                .with(AttentionMask.CAUSAL, true)
                .with(AttentionMask.MASK, false)
                .with(AttentionMask.LENGTHS, false);
        Composite attention = packed ? PackedAttention.FORWARD : DotProductAttention.FORWARD;
        int first = newInputs();
        Value result =
                emit.builder().add(attention, inputs.subList(0, first), causal).output(0);
        return List.of(result, inputs.get(first), inputs.get(first + 1));
    }

    @Override
    public int overwritten(int output, Attributes attributes) {
        return output == 0 ? -1 : newInputs() + output - 1;
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        List<TensorType> fresh = fresh(inputs);
        TensorType q = fresh.get(0);
        TensorType keys = inputs.get(newInputs());
        TensorType values = inputs.get(newInputs() + 1);
        TensorType positions = inputs.get(newInputs() + 2);
        Primitive.EXP.infer(List.of(q), attributes);
        boolean fits = q.shape().rank() == 4
                && fresh.get(1).equals(q)
                && fresh.get(2)
                        .equals(q.withShape(
                                q.shape().with(3, fresh.get(2).shape().dim(-1))))
                && fitsCache(keys, fresh.get(1))
                && fitsCache(values, fresh.get(2))
                && keys.shape().dim(2).equals(values.shape().dim(2))
                && positions.equals(
                        new TensorType(DType.INT32, Shape.of(List.of(q.shape().dim(0)))));
        if (!fits) {
            throw new ShapeException(
                    "takes new queries, keys and values [N, T, heads, W], caches [rows, heads, S, W] of at"
                            + " least N rows, and positions int32 [N], not " + inputs);
        }
        return List.of(q.withShape(fresh.get(2).shape()), keys, values);
    }

    private static boolean fitsCache(TensorType cache, TensorType fresh) {
        Shape shape = cache.shape();
        if (cache.dtype() != fresh.dtype() || shape.rank() != 4) {
            return false;
        }
        Dim rows = shape.dim(0);
        Dim sequences = fresh.shape().dim(0);
        // How many sequences there are is known only when a plan is compiled.
        boolean enough =
                rows.equals(sequences) || (rows.isFixed() && (!sequences.isFixed() || sequences.size() <= rows.size()));
        return enough
                && shape.dim(1).equals(fresh.shape().dim(2))
                && shape.dim(3).equals(fresh.shape().dim(3));
    }

    private List<TensorType> fresh(List<TensorType> inputs) {
        if (!packed) {
            return inputs.subList(0, 3);
        }
        TensorType all = inputs.get(0);
        if (all.shape().rank() != 5 || !all.shape().dim(2).equals(Dim.of(3))) {
            throw new ShapeException("takes queries, keys and values [N, T, 3, heads, W], not " + all);
        }
        TensorType each = all.withShape(all.shape().without(2));
        return List.of(each, each, each);
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        int first = newInputs();
        List<Value> fresh = packed ? PackedAttention.separate(emit, inputs.get(0)) : inputs.subList(0, 3);
        Value positions = inputs.get(first + 2);
        Value keys = written(emit, inputs.get(first), fresh.get(1), positions);
        Value values = written(emit, inputs.get(first + 1), fresh.get(2), positions);
        Shape q = fresh.get(0).shape();
        long context = keys.shape().size(2);

        Shape scores = Shape.of(List.of(q.dim(0), Dim.of(1), q.dim(1), Dim.of(context)));
        Value slot = emit.broadcast(emit.iota(Dim.of(context), DType.INT32), scores);
        Value own = TokenPositions.of(emit, positions, q.dim(1));
        Value mask = emit.apply(Primitive.LESS_EQUAL, slot, emit.unreduce(own, scores, 1, 3));
        var how = Attributes.of(DotProductAttention.SCALE, attributes.number(DotProductAttention.SCALE))
                .with(AttentionMask.CAUSAL, false)
                .with(AttentionMask.MASK, true)
                .with(AttentionMask.LENGTHS, false);
        List<Value> arguments = List.of(
                fresh.get(0),
                ofSequences(emit, keys, q),
                // Weights of 0 do not hide what an earlier text has left, where that is not finite.
                visible(emit, ofSequences(emit, values, q), positions, q.size(1)),
                mask);
        Value result =
                emit.builder().add(DotProductAttention.FORWARD, arguments, how).output(0);
        return List.of(result, keys, values);
    }

    /** The cache with what is new at its positions. */
    private static Value written(Emitter emit, Value cache, Value fresh, Value positions) {
        long sequences = fresh.shape().size(0);
        long tokens = fresh.shape().size(1);
        long rows = cache.shape().size(0);
        Shape own = cache.shape().with(0, Dim.of(sequences));
        Shape slots = own.without(3);
        long heads = slots.size(1);
        // Which of the new tokens a place of the cache is for, and the number of its row among all of them.
        Value token = emit.sub(
                emit.broadcast(emit.iota(slots.dim(2), DType.INT32), slots), emit.unreduce(positions, slots, 1, 2));
        Value isNew = emit.apply(
                Primitive.AND,
                emit.apply(Primitive.LESS_EQUAL, emit.fullLike(token, 0), token),
                emit.less(token, emit.fullLike(token, tokens)));
        Value head = emit.reshape(emit.iota(Dim.of(sequences * heads), DType.INT32), Shape.of(sequences, heads, 1));
        Value row = emit.add(emit.mul(emit.broadcast(head, slots), tokens), token);
        Value number = emit.select(isNew, row, emit.fullLike(row, -1));
        Value table =
                emit.reshape(emit.transpose(fresh, 0, 2, 1, 3), Shape.of(sequences * heads * tokens, own.size(3)));
        Value before = emit.slice(cache, 0, 0, sequences);
        Value after = emit.select(emit.unreduce(isNew, own, 3), emit.gather(table, number, 0), before);
        return rows == sequences ? after : emit.concat(0, after, emit.slice(cache, 0, sequences, rows));
    }

    /** What the caches hold for the sequences of the queries, [N, S, heads, W]. */
    private static Value ofSequences(Emitter emit, Value cache, Shape q) {
        return emit.transpose(emit.slice(cache, 0, 0, q.size(0)), 0, 2, 1, 3);
    }

    /** 0 in the place of values that no query may look at. */
    private static Value visible(Emitter emit, Value values, Value positions, long tokens) {
        Shape shape = values.shape();
        Value end = emit.add(positions, emit.fullLike(positions, tokens));
        Value slot = emit.unreduce(emit.iota(shape.dim(1), DType.INT32), shape, 0, 2, 3);
        return emit.select(emit.less(slot, emit.unreduce(end, shape, 1, 2, 3)), values, emit.fullLike(values, 0));
    }
}
