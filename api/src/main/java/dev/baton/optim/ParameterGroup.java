package dev.baton.optim;

import dev.baton.BatonException;

/**
 * How a group of parameters is learnt, where it differs from the others.
 *
 * @param weightDecay in the place of the optimizer's
 * @param learningRateFactor what the optimizer's learning rate is multiplied by
 */
public record ParameterGroup(double weightDecay, double learningRateFactor) {

    public ParameterGroup {
        if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY)) {
            throw new BatonException("a weight decay is at least 0, not " + weightDecay);
        }
        if (!(learningRateFactor > 0 && learningRateFactor < Double.POSITIVE_INFINITY)) {
            throw new BatonException("a learning rate is multiplied by a positive number, not by " + learningRateFactor
                    + "; freeze(...) leaves parameters as they are");
        }
    }

    /** This group with another weight decay. */
    public ParameterGroup weightDecay(double other) {
        return new ParameterGroup(other, learningRateFactor);
    }

    /** This group with another factor: 0.1 lets its parameters learn ten times as slowly as the others. */
    public ParameterGroup learningRateFactor(double other) {
        return new ParameterGroup(weightDecay, other);
    }

    // Written out for the reason that Value gives.
    @Override
    public boolean equals(Object other) {
        return other instanceof ParameterGroup group
                && Double.compare(group.weightDecay, weightDecay) == 0
                && Double.compare(group.learningRateFactor, learningRateFactor) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Double.hashCode(weightDecay) + Double.hashCode(learningRateFactor);
    }
}
