package dev.baton.composite;

import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Scaled dot-product attention (Vaswani et al. 2017): softmax(scale q k^T) v for each head. Inputs: q [N, T, heads, W], k
 * [N, S, heads, W], v [N, S, heads, V], then what {@link AttentionMask} says. Outputs: the result [N, T, heads, V] and
 * the saved log-sum-exp of the scores [N, heads, T]. A query that may look at no key gets 0.
 *
 * <p>Positions come before heads, as a projection to all heads leaves them: nothing has to be moved before or after.
 */
public final class DotProductAttention extends Composite {

    /** The attribute with the factor of the scores. */
    public static final String SCALE = "scale";

    public static final DotProductAttention FORWARD = new DotProductAttention();
    public static final Backward BACKWARD = new Backward();

    private DotProductAttention() {
        super("attention");
    }

    /** The shape of the scores, [N, heads, T, S]. */
    private static Shape scores(Shape q, Shape k) {
        return Shape.of(List.of(q.dim(0), q.dim(2), q.dim(1), k.dim(1)));
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        TensorType q = inputs.get(0);
        TensorType k = inputs.get(1);
        TensorType v = inputs.get(2);
        for (TensorType type : List.of(q, k, v)) {
            Primitive.EXP.infer(List.of(type), attributes);
        }
        boolean fits = q.dtype() == k.dtype()
                && q.dtype() == v.dtype()
                && q.shape().rank() == 4
                && k.shape().rank() == 4
                && v.shape().rank() == 4
                && k.shape().with(1, q.shape().dim(1)).equals(q.shape())
                && v.shape().with(3, k.shape().dim(3)).equals(k.shape());
        if (!fits) {
            throw new ShapeException("takes queries [N, T, heads, W], keys [N, S, heads, W] and values "
                    + "[N, S, heads, V], not " + q + ", " + k + " and " + v);
        }
        Shape scores = scores(q.shape(), k.shape());
        AttentionMask.check(inputs, attributes, scores);
        return List.of(q.withShape(q.shape().with(3, v.shape().dim(3))), q.withShape(scores.without(3)));
    }

    /** [N, T, heads, W] as [N, heads, T, W], and back. */
    private static Value swap(Emitter emit, Value x) {
        return emit.transpose(x, 0, 2, 1, 3);
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        var scores = new Scores(emit, inputs.get(0), inputs.get(1), AttentionMask.of(inputs, attributes), attributes);
        Value masked = scores.allowed == null
                ? scores.value
                : emit.select(scores.allowed, scores.value, emit.fullLike(scores.value, Double.NEGATIVE_INFINITY));
        Value largest = emit.reduce(Primitive.REDUCE_MAX, masked, 3);
        Value one = emit.fullLike(largest, 1);
        Value zero = emit.fullLike(largest, 0);
        Value nothing = emit.equal(largest, emit.fullLike(largest, Double.NEGATIVE_INFINITY));
        Value shift = emit.select(nothing, zero, largest);
        Value powers = emit.apply(Primitive.EXP, emit.sub(masked, emit.unreduce(shift, masked.shape(), 3)));
        Value sum = emit.sum(powers, 3);
        Value divisor = emit.select(nothing, one, sum);
        Value weights = emit.div(powers, emit.unreduce(divisor, powers.shape(), 3));
        Value result = emit.matmul(weights, swap(emit, inputs.get(2)), false, false);
        return List.of(swap(emit, result), emit.add(emit.apply(Primitive.LOG, sum), shift));
    }

    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            Attributes attributes = node.attributes();
            List<Value> qkv = node.inputs().subList(0, 3);
            List<Value> mask = AttentionMask.of(node.inputs(), attributes);
            var gradients = gradients(emit, qkv, mask, node, upstream);
            mask.forEach(input -> gradients.add(null));
            return gradients;
        };
    }

    /**
     * The gradients by queries, keys and values.
     *
     * @param forward a node whose outputs are the result and the log-sum-exp
     */
    static List<Value> gradients(Emitter emit, List<Value> qkv, List<Value> mask, Node forward, List<Value> upstream) {
        Attributes attributes = forward.attributes();
        Value byResult = upstream.get(0) != null ? upstream.get(0) : emit.fullLike(forward.output(0), 0);
        var arguments = new ArrayList<>(qkv);
        arguments.addAll(List.of(forward.output(0), forward.output(1), byResult));
        arguments.addAll(mask);
        Node backward = emit.builder().add(BACKWARD, arguments, attributes);
        var gradients = new ArrayList<>(List.of(backward.output(0), backward.output(1), backward.output(2)));
        if (upstream.get(1) != null) {
            // Only second derivatives come here: the log-sum-exp's slope by a score is the score's weight.
            var scores = new Scores(emit, qkv.get(0), qkv.get(1), mask, attributes);
            Value weights = scores.weights(forward.output(1));
            Value byScores = emit.mul(weights, emit.unreduce(upstream.get(1), weights.shape(), 3));
            gradients.set(0, emit.add(gradients.get(0), scores.byQueries(byScores)));
            gradients.set(1, emit.add(gradients.get(1), scores.byKeys(byScores)));
        }
        return gradients;
    }

    /** scale q k^T [N, heads, T, S], and where it counts. */
    private static final class Scores {

        private final Emitter emit;
        private final Value q;
        private final Value k;
        private final double scale;
        private final Value value;
        private final Value allowed;

        Scores(Emitter emit, Value q, Value k, List<Value> mask, Attributes attributes) {
            this.emit = emit;
            this.q = swap(emit, q);
            this.k = swap(emit, k);
            this.scale = attributes.number(SCALE);
            this.value = emit.mul(emit.matmul(this.q, this.k, false, true), scale);
            this.allowed = AttentionMask.allowed(emit, mask, attributes, value.shape());
        }

        /** The softmax, from the log-sum-exp. */
        Value weights(Value logSumExp) {
            Value weights = emit.apply(Primitive.EXP, emit.sub(value, emit.unreduce(logSumExp, value.shape(), 3)));
            return allowed == null ? weights : emit.select(allowed, weights, emit.fullLike(weights, 0));
        }

        Value byQueries(Value byScores) {
            return swap(emit, emit.mul(emit.matmul(byScores, k, false, false), scale));
        }

        Value byKeys(Value byScores) {
            return swap(emit, emit.mul(emit.matmul(byScores, q, true, false), scale));
        }
    }

    /**
     * Inputs: q, k, v, the result [N, T, heads, V], the log-sum-exp [N, heads, T], the gradient of the result, then what
     * {@link AttentionMask} says. Outputs: the gradients by q, k and v.
     */
    public static final class Backward extends Composite {

        private Backward() {
            super("attention backward");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            return inputs.subList(0, 3);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            List<Value> mask = AttentionMask.of(inputs, attributes);
            var scores = new Scores(emit, inputs.get(0), inputs.get(1), mask, attributes);
            Value weights = scores.weights(inputs.get(4));
            Value gradient = swap(emit, inputs.get(5));
            Value byWeights = emit.matmul(gradient, swap(emit, inputs.get(2)), false, true);
            Value mean = emit.sum(emit.mul(gradient, swap(emit, inputs.get(3))), 3);
            Value byScores = emit.mul(weights, emit.sub(byWeights, emit.unreduce(mean, weights.shape(), 3)));
            Value byValues = swap(emit, emit.matmul(weights, gradient, true, false));
            return List.of(scores.byQueries(byScores), scores.byKeys(byScores), byValues);
        }
    }
}
