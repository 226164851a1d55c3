package dev.baton.loss;

import dev.baton.BatonException;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.tensor.Tensor;
import java.util.List;

/**
 * The cross-entropy between softmax(logits) and the labels, for logits [N, C] and int32 labels [N], or, for text, for
 * logits [N, T, C] and labels [N, T]; {@link #perExample} gives one loss for each label. With class weights or an
 * ignored label the mean is PyTorch's weighted one: the sum of the losses over the sum of the labels' weights, an
 * ignored label weighing 0. A batch in which every label is ignored has no mean: it is NaN, and the step reports it.
 *
 * <p>In the place of labels there may be what each class should get, float32 [N, C] or [N, T, C], such as the shares of
 * mixed examples: the loss is then -sum over the classes of target * weight * log(softmax), and the mean that over all
 * examples, as in PyTorch.
 */
public final class CrossEntropy extends ClassLoss<CrossEntropy> {

    private final double labelSmoothing;

    CrossEntropy(Options options, double labelSmoothing) {
        super("cross-entropy takes logits", options);
        this.labelSmoothing = labelSmoothing;
    }

    @Override
    CrossEntropy with(Options changed) {
        return new CrossEntropy(changed, labelSmoothing);
    }

    /**
     * Spreads a share of the target evenly over all classes (Szegedy et al. 2016); with class weights w the share s of
     * a row is s / C * sum over all classes of w * -log(softmax), as in PyTorch.
     *
     * @param share in [0, 1)
     */
    public CrossEntropy labelSmoothing(double share) {
        if (!(share >= 0 && share < 1)) {
            throw new BatonException("label smoothing is at least 0 and less than 1, not " + share);
        }
        return new CrossEntropy(options(), share);
    }

    @Override
    public Tensor of(Tensor logits, Tensor targets) {
        return areShares(targets) ? perExample(logits, targets).mean() : super.of(logits, targets);
    }

    @Override
    public Tensor perExample(Tensor logits, Tensor targets) {
        return areShares(targets) ? ofShares(logits, targets) : super.perExample(logits, targets);
    }

    private static boolean areShares(Tensor targets) {
        return targets.dtype().isFloating();
    }

    private Tensor ofShares(Tensor logits, Tensor targets) {
        Shape shape = logits.shape();
        if (shape.rank() < 2 || !shape.equals(targets.shape()) || logits.dtype() != targets.dtype()) {
            throw logits.graph()
                    .shapeError(
                            "cross-entropy takes logits [N, C] and int32 labels [N], or in their place the share of each "
                                    + "class [N, C]; for text, [N, T, C] and [N, T]; not "
                                    + logits.value().type() + " and "
                                    + targets.value().type());
        }
        if (options().ignoreIndex() != null) {
            throw new BatonException("cross-entropy ignores a label, but the targets are shares of classes, "
                    + targets.value().type());
        }
        Dim classes = shape.dim(-1);
        Shape rows = Shape.of(List.of(shape.without(-1).elements(), classes));
        Tensor shares = targets.reshape(rows);
        if (labelSmoothing > 0) {
            Tensor all = shares.fullLike(labelSmoothing / classes.size());
            shares = shares.multiply(1 - labelSmoothing).add(all);
        }
        Tensor weights = weights(logits.reshape(rows));
        if (weights != null) {
            shares = shares.multiply(weights);
        }
        return shares.multiply(minusLogSoftmax(logits.reshape(rows))).sum(1).reshape(shape.without(-1));
    }

    @Override
    Tensor losses(LabelledRows rows, Tensor weights) {
        if (weights == null) {
            return plain(rows, labelSmoothing);
        }
        if (labelSmoothing == 0) {
            return plain(rows, 0).multiply(rows.ofLabel(weights));
        }
        Tensor spread = weights.multiply(labelSmoothing / rows.scores().shape().size(1));
        Tensor hit = weights.multiply(1 - labelSmoothing).add(spread);
        return rows.isLabel()
                .select(hit, spread)
                .multiply(minusLogSoftmax(rows.scores()))
                .sum(1);
    }

    private static Tensor plain(LabelledRows rows, double smoothing) {
        var graph = rows.scores().graph();
        var losses = new Emitter(graph)
                .apply(
                        SoftmaxCrossEntropy.FORWARD,
                        Attributes.of(SoftmaxCrossEntropy.SMOOTHING, smoothing),
                        rows.scores().value(),
                        rows.labels().value());
        return Tensor.of(graph, losses);
    }

    /** [M, C] -> [M, C], all at least 0. */
    private static Tensor minusLogSoftmax(Tensor logits) {
        Tensor below = along(logits, logits.max(1)).subtract(logits);
        return along(logits, below.negate().exp().sum(1).log()).add(below);
    }

    /** Repeats [M] along the classes: [M, C]. */
    private static Tensor along(Tensor logits, Tensor rows) {
        var emit = new Emitter(logits.graph());
        return Tensor.of(logits.graph(), emit.unreduce(rows.value(), logits.shape(), 1));
    }
}
