package dev.baton.loss;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.tensor.Tensor;

/**
 * A loss over classes: of scores [N, C] and int32 labels [N], or, for text, of scores [N, T, C] and labels [N, T]; any
 * number of axes may come before the classes. Every label is an example. Where classes have weights or a label is
 * ignored, the mean is that of PyTorch: the sum of the labels' losses, each times the weight of its class, over the sum
 * of these weights; an ignored label has weight 0. A batch in which every label is ignored has no mean (it is NaN).
 *
 * @param <L> the loss itself
 */
abstract class ClassLoss<L extends ClassLoss<L>> extends ReducibleLoss {

    private final String takes;
    private final Options options;

    /**
     * What may be said of the classes.
     *
     * @param weights one for each class; null where all weigh 1
     * @param ignoreIndex the label that does not count; null where all of them do
     */
    record Options(double[] weights, Integer ignoreIndex) {
        static final Options NONE = new Options(null, null);
    }

    /**
     * @param takes what messages say, such as {@code cross-entropy takes logits}
     */
    ClassLoss(String takes, Options options) {
        this.takes = takes;
        this.options = options;
    }

    final Options options() {
        return options;
    }

    /** The same loss with other options. */
    abstract L with(Options changed);

    /**
     * The loss of each row, times the weight of its class.
     *
     * @param weights [C]; null where all weigh 1
     * @return [M]
     */
    abstract Tensor losses(LabelledRows rows, Tensor weights);

    /**
     * How much each class counts, for instance more where it is rare.
     *
     * @param weights one for each class, at least 0
     */
    public L classWeights(double... weights) {
        for (double weight : weights) {
            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                throw new BatonException("class weights are numbers of at least 0, not " + weight);
            }
        }
        return with(new Options(weights.clone(), options.ignoreIndex()));
    }

    /** Leaves out the examples with this label, which may be no class: what pads sentences, for instance. */
    public L ignoreIndex(int label) {
        return with(new Options(options.weights(), label));
    }

    @Override
    public Tensor of(Tensor scores, Tensor labels) {
        LabelledRows rows = rows(scores, labels);
        Tensor losses = counted(rows);
        if (options.weights() == null && rows.ignored() == null) {
            return losses.mean();
        }
        Tensor weights = weights(rows.scores());
        Tensor ofLabels = weights == null ? losses.fullLike(1) : rows.ofLabel(weights);
        return losses.sum().divide(orZero(rows, ofLabels).sum());
    }

    @Override
    public Tensor perExample(Tensor scores, Tensor labels) {
        LabelledRows rows = rows(scores, labels);
        return counted(rows).reshape(rows.shape());
    }

    private LabelledRows rows(Tensor scores, Tensor labels) {
        return LabelledRows.of(takes, scores, labels, options.ignoreIndex());
    }

    private Tensor counted(LabelledRows rows) {
        return orZero(rows, losses(rows, weights(rows.scores())));
    }

    private static Tensor orZero(LabelledRows rows, Tensor numbers) {
        return rows.ignored() == null ? numbers : rows.ignored().select(numbers.fullLike(0), numbers);
    }

    /**
     * @param scores [M, C]
     * @return [C]; null where all classes weigh 1
     */
    final Tensor weights(Tensor scores) {
        if (options.weights() == null) {
            return null;
        }
        var all = Shape.of(options.weights().length);
        if (!scores.shape().without(0).equals(all)) {
            throw scores.graph()
                    .shapeError(takes + " of as many classes as there are class weights, " + options.weights().length
                            + ", not " + scores.value().type());
        }
        NDArray constant = NDArray.zeros(scores.dtype(), all);
        for (int i = 0; i < constant.size(); i++) {
            constant.set(i, options.weights()[i]);
        }
        return Tensor.of(scores.graph(), new Emitter(scores.graph()).constant(constant));
    }
}
