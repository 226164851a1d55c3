package dev.baton.loss;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.tensor.Tensor;

/** The losses that come with the library. */
public final class Losses {

    private Losses() {}

    /** Cross-entropy of logits [N, C] and integer labels [N]. */
    public static Loss crossEntropy() {
        return crossEntropy(0);
    }

    /**
     * Cross-entropy with label smoothing.
     *
     * @param labelSmoothing the share of the target that is spread evenly over all classes, in [0, 1)
     */
    public static Loss crossEntropy(double labelSmoothing) {
        if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
            throw new BatonException("label smoothing is at least 0 and less than 1, not " + labelSmoothing);
        }
        return (logits, labels) -> {
            boolean fits = logits.shape().rank() == 2
                    && labels.shape().rank() == 1
                    && labels.dtype() == DType.INT32
                    && labels.shape().dim(0).equals(logits.shape().dim(0));
            if (!fits) {
                throw logits.graph()
                        .shapeError("cross-entropy: takes logits [N, C] and int32 labels [N], not "
                                + logits.value().type() + " and "
                                + labels.value().type());
            }
            var attributes = Attributes.of(SoftmaxCrossEntropy.SMOOTHING, labelSmoothing);
            var losses = new Emitter(logits.graph())
                    .apply(SoftmaxCrossEntropy.FORWARD, attributes, logits.value(), labels.value());
            return Tensor.of(logits.graph(), losses).mean();
        };
    }

    /** The mean of the squared differences. */
    public static Loss mse() {
        return (answers, targets) -> {
            if (!answers.shape().equals(targets.shape())) {
                throw answers.graph()
                        .shapeError("mse: answers " + answers.shape() + " and targets " + targets.shape()
                                + " differ in shape");
            }
            return answers.subtract(targets).square().mean();
        };
    }
}
