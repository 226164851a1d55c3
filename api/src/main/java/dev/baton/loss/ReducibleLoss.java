package dev.baton.loss;

import dev.baton.tensor.Tensor;

/**
 * A loss that is made of one number for each example: itself it is their mean, {@link #sum} is their sum, and
 * {@link #perExample} gives the numbers. Immutable.
 */
public abstract class ReducibleLoss implements Loss {

    ReducibleLoss() {}

    @Override
    public Tensor of(Tensor answers, Tensor targets) {
        return perExample(answers, targets).mean();
    }

    /** This loss as a sum in the place of the mean. */
    public Loss sum() {
        return (answers, targets) -> perExample(answers, targets).sum();
    }

    /**
     * The loss of each example, for steps that weigh or look at examples one by one.
     *
     * @param answers what the model gives
     * @param targets what would have been right
     * @return [N]; of a loss over classes one number for each label, in the labels' shape
     */
    public abstract Tensor perExample(Tensor answers, Tensor targets);
}
