package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/**
 * Which queries may look at which keys: the attributes and the last inputs that all attention composites have. With
 * flag {@link #CAUSAL} query t looks at keys 0 to t. With flag {@link #MASK} there is an input of truth values
 * [N, heads, T, S], where N, heads and T may be 1, that holds where a query may look; with flag {@link #LENGTHS} an input
 * int32 [N] with the number of keys of each example that are there.
 */
public final class AttentionMask {

    public static final String CAUSAL = "causal";
    public static final String MASK = "mask";
    public static final String LENGTHS = "lengths";

    private AttentionMask() {}

    /** How many inputs at the end belong to it. */
    public static int inputs(Attributes attributes) {
        return (attributes.flag(MASK) ? 1 : 0) + (attributes.flag(LENGTHS) ? 1 : 0);
    }

    /** The inputs that belong to it. */
    static List<Value> of(List<Value> inputs, Attributes attributes) {
        return inputs.subList(inputs.size() - inputs(attributes), inputs.size());
    }

    /**
     * Checks the types of its inputs.
     *
     * @param scores [N, heads, T, S]
     */
    static void check(List<TensorType> inputs, Attributes attributes, Shape scores) {
        if (attributes.flag(MASK)) {
            TensorType mask = inputs.get(inputs.size() - inputs(attributes));
            boolean fits = mask.dtype() == DType.BOOL && mask.shape().rank() == 4;
            for (int axis = 0; fits && axis < 4; axis++) {
                Dim dim = mask.shape().dim(axis);
                fits = dim.equals(scores.dim(axis)) || (dim.isOne() && axis < 3);
            }
            if (!fits) {
                throw new ShapeException(
                        "a mask is bool " + scores + ", or 1 in the place of the first sizes, not " + mask);
            }
        }
        if (attributes.flag(LENGTHS)) {
            TensorType lengths = inputs.get(inputs.size() - 1);
            if (!lengths.equals(new TensorType(DType.INT32, Shape.of(List.of(scores.dim(0)))))) {
                throw new ShapeException("the lengths are int32 [" + scores.dim(0) + "], not " + lengths);
            }
        }
    }

    /**
     * Where a query may look.
     *
     * @param own the inputs that belong to it
     * @param scores [N, heads, T, S]
     * @return of the same shape; null where every query looks at every key
     */
    static Value allowed(Emitter emit, List<Value> own, Attributes attributes, Shape scores) {
        Value allowed = null;
        if (attributes.flag(CAUSAL)) {
            Value query = emit.unreduce(emit.iota(scores.dim(2), DType.INT32), scores, 0, 1, 3);
            allowed = emit.apply(Primitive.LESS_EQUAL, keys(emit, scores), query);
        }
        if (attributes.flag(MASK)) {
            allowed = and(emit, allowed, emit.broadcast(own.get(0), scores));
        }
        if (attributes.flag(LENGTHS)) {
            Value length = emit.unreduce(own.get(own.size() - 1), scores, 1, 2, 3);
            allowed = and(emit, allowed, emit.less(keys(emit, scores), length));
        }
        return allowed;
    }

    private static Value keys(Emitter emit, Shape scores) {
        return emit.broadcast(emit.iota(scores.dim(3), DType.INT32), scores);
    }

    private static Value and(Emitter emit, Value a, Value b) {
        return a == null ? b : emit.apply(Primitive.AND, a, b);
    }
}
