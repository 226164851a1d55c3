package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.Arrays;
import java.util.List;

/**
 * The cross-entropy of each example between softmax(logits) and its label, with label smoothing (Szegedy et al. 2016):
 * logits [N, C], labels int32 [N] -> loss [N], and the saved log-sum-exp [N]. With smoothing s the target is 1 - s on
 * the label plus s / C everywhere.
 */
public final class SoftmaxCrossEntropy extends Composite {

    /** The attribute with the share of the target that is spread over all classes, in [0, 1). */
    public static final String SMOOTHING = "label smoothing";

    public static final SoftmaxCrossEntropy FORWARD = new SoftmaxCrossEntropy();
    public static final Backward BACKWARD = new Backward();

    private SoftmaxCrossEntropy() {
        super("softmax cross-entropy");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        TensorType row = row(inputs);
        return List.of(row, row);
    }

    /** The type of a number for each example; fails where logits and labels do not fit. */
    private static TensorType row(List<TensorType> inputs) {
        TensorType logits = inputs.get(0);
        TensorType labels = inputs.get(1);
        if (logits.shape().rank() != 2
                || !logits.dtype().isFloating()
                || !labels.equals(new TensorType(DType.INT32, logits.shape().without(1)))) {
            throw new ShapeException("takes logits [N, C] and int32 labels [N], not " + logits + " and " + labels);
        }
        return logits.withShape(labels.shape());
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value logits = inputs.get(0);
        Value largest = emit.reduce(Primitive.REDUCE_MAX, logits, 1);
        Value shifted = emit.sub(logits, emit.unreduce(largest, logits.shape(), 1));
        Value logSum = emit.apply(Primitive.LOG, emit.sum(emit.apply(Primitive.EXP, shifted), 1));
        Value logSumExp = emit.add(logSum, largest);
        // Both terms of the loss are at least 0, so that nothing cancels where logits are large.
        double smoothing = attributes.number(SMOOTHING);
        Value zero = emit.fullLike(shifted, 0);
        Value atLabel = emit.sum(emit.select(isLabel(emit, logits, inputs.get(1)), shifted, zero), 1);
        Value loss = emit.sub(logSum, smoothing == 0 ? atLabel : emit.mul(atLabel, 1 - smoothing));
        if (smoothing != 0) {
            // A logit of minus infinity, as masks have it, counts here alone.
            loss = emit.sub(
                    loss,
                    emit.mul(emit.sum(shifted, 1), smoothing / logits.shape().size(1)));
        }
        return List.of(loss, logSumExp);
    }

    private static Value isLabel(Emitter emit, Value logits, Value labels) {
        Value indices = emit.broadcast(emit.iota(logits.shape().dim(1), DType.INT32), logits.shape());
        return emit.equal(emit.unreduce(labels, logits.shape(), 1), indices);
    }

    /** The target distribution [N, C]. A label out of range has no 1 anywhere; the data's check reports it. */
    private static Value target(Emitter emit, Value logits, Value labels, Attributes attributes) {
        double smoothing = attributes.number(SMOOTHING);
        Dim classes = logits.shape().dim(1);
        Value spread = emit.full(logits.type(), smoothing / classes.size());
        Value hit = emit.full(logits.type(), 1 - smoothing + smoothing / classes.size());
        return emit.select(isLabel(emit, logits, labels), hit, spread);
    }

    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            Value logits = node.input(0);
            Value byLoss = upstream.get(0) != null
                    ? upstream.get(0)
                    : emit.full(node.outputs().get(0), 0);
            Value gradient = emit.apply(BACKWARD, node.attributes(), logits, node.input(1), node.output(1), byLoss);
            if (upstream.get(1) != null) {
                Value softmax = softmax(emit, logits, node.output(1));
                gradient = emit.add(gradient, emit.mul(softmax, emit.unreduce(upstream.get(1), logits.shape(), 1)));
            }
            return Arrays.asList(gradient, null);
        };
    }

    /**
     * Divided by its own sum: of large logits the log-sum-exp is rounded by as much as a probability near 1 differs from
     * 1.
     */
    private static Value softmax(Emitter emit, Value logits, Value logSumExp) {
        Shape shape = logits.shape();
        Value shares = emit.apply(Primitive.EXP, emit.sub(logits, emit.unreduce(logSumExp, shape, 1)));
        return emit.div(shares, emit.unreduce(emit.sum(shares, 1), shape, 1));
    }

    /** logits, labels, log-sum-exp, gradient of each loss [N] -> (softmax - target) * gradient [N, C]. */
    public static final class Backward extends Composite {

        private Backward() {
            super("softmax cross-entropy backward");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            TensorType row = row(inputs);
            if (!inputs.get(2).equals(row) || !inputs.get(3).equals(row)) {
                throw new ShapeException("takes a log-sum-exp and a gradient " + row + ", not " + inputs.get(2)
                        + " and " + inputs.get(3));
            }
            return List.of(inputs.get(0));
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value logits = inputs.get(0);
            Value difference =
                    emit.sub(softmax(emit, logits, inputs.get(2)), target(emit, logits, inputs.get(1), attributes));
            return List.of(emit.mul(difference, emit.unreduce(inputs.get(3), logits.shape(), 1)));
        }
    }
}
