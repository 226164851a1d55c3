package dev.baton.loss;

import dev.baton.BatonException;
import dev.baton.tensor.Tensor;

/**
 * The losses that come with the library. Each is a mean; {@code sum()} makes it a sum, and {@code perExample(answers,
 * targets)} gives the loss of each example. Losses of numbers ({@link #mse}, {@link #l1}, {@link #huber}) take answers
 * and targets of one shape [N, ...]; they take the mean or the sum of all elements, and an example's loss is the mean of
 * its own.
 */
public final class Losses {

    private Losses() {}

    /** Cross-entropy of logits [N, C] and int32 labels [N], or [N, T, C] and [N, T]. */
    public static CrossEntropy crossEntropy() {
        return new CrossEntropy(ClassLoss.Options.NONE, 0);
    }

    /** Minus the log-probability of each label: of log-probabilities [N, C] and int32 labels [N], or [N, T, C] and [N, T]. */
    public static NegativeLogLikelihood negativeLogLikelihood() {
        return new NegativeLogLikelihood(ClassLoss.Options.NONE);
    }

    /** Cross-entropy of logits [N, ...] and targets in [0, 1] of the same shape. */
    public static BinaryCrossEntropy binaryCrossEntropy() {
        return new BinaryCrossEntropy(1);
    }

    /** The mean of the squared differences. */
    public static ReducibleLoss mse() {
        return new ElementLoss(
                "mse", (answers, targets) -> answers.subtract(targets).square());
    }

    /** The mean of the absolute differences; where they are 0 the gradient is 0. */
    public static ReducibleLoss l1() {
        return new ElementLoss(
                "l1", (answers, targets) -> answers.subtract(targets).abs());
    }

    /**
     * Half the squared difference up to {@code delta}, and beyond it a line of slope {@code delta} (Huber 1964). PyTorch's
     * smooth L1 with {@code beta} is the Huber loss with {@code delta = beta}, divided by {@code beta}.
     */
    public static ReducibleLoss huber(double delta) {
        if (!(delta > 0 && delta < Double.POSITIVE_INFINITY)) {
            throw new BatonException("the delta of a Huber loss is a positive number, not " + delta);
        }
        return new ElementLoss("huber", (answers, targets) -> {
            Tensor distance = answers.subtract(targets).abs();
            Tensor within = distance.minimum(distance.fullLike(delta));
            return within.multiply(distance.subtract(within.multiply(0.5)));
        });
    }

    /**
     * The Kullback-Leibler divergence of answers, as log-probabilities, from targets, as probabilities, both [N, ..., C]:
     * of each distribution the sum over its C classes. The mean is the one over the N examples, which PyTorch calls
     * {@code batchmean}; PyTorch's own {@code mean} divides by the number of classes as well.
     */
    public static ReducibleLoss klDivergence() {
        return new KullbackLeibler();
    }
}
