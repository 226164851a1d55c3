package dev.baton.loss;

import dev.baton.tensor.Tensor;

/**
 * Minus the log-probability of each label, for log-probabilities [N, C] and int32 labels [N], or, for text, [N, T, C]
 * and [N, T]; {@link #perExample} gives one loss for each label. After a log-softmax it is the cross-entropy, which
 * {@link CrossEntropy} computes from the logits in one pass. Class weights and an ignored label enter the mean as they
 * do there.
 */
public final class NegativeLogLikelihood extends ClassLoss<NegativeLogLikelihood> {

    NegativeLogLikelihood(Options options) {
        super("negative log-likelihood takes log-probabilities", options);
    }

    @Override
    NegativeLogLikelihood with(Options changed) {
        return new NegativeLogLikelihood(changed);
    }

    @Override
    Tensor losses(LabelledRows rows, Tensor weights) {
        Tensor losses = rows.ofLabel(rows.scores()).negate();
        return weights == null ? losses : losses.multiply(rows.ofLabel(weights));
    }
}
