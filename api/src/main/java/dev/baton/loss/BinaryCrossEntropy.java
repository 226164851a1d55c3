package dev.baton.loss;

import dev.baton.BatonException;
import dev.baton.tensor.Tensor;

/**
 * The cross-entropy between sigmoid(logits) and targets in [0, 1], of each element: for answers that are any number of
 * yes-or-no questions, logits and targets [N, ...] of one shape. Computed from the logits, so that it stays exact where
 * a sigmoid would round to 0 or 1.
 */
public final class BinaryCrossEntropy extends ReducibleLoss {

    private final double positiveWeight;
    private final ElementLoss elements = new ElementLoss("binary cross-entropy", this::element);

    BinaryCrossEntropy(double positiveWeight) {
        this.positiveWeight = positiveWeight;
    }

    /**
     * How much a positive target counts against a negative one, for instance more where it is rare; 1 unless changed.
     */
    public BinaryCrossEntropy positiveWeight(double weight) {
        if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new BatonException("a positive weight is a number above 0, not " + weight);
        }
        return new BinaryCrossEntropy(weight);
    }

    /** w y * -log(sigmoid(x)) + (1 - y) * -log(1 - sigmoid(x)): no term is negative, so that nothing cancels. */
    private Tensor element(Tensor logits, Tensor targets) {
        Tensor missed = logits.negate().softplus().multiply(targets);
        Tensor claimed = logits.softplus().multiply(targets.negate().add(1));
        return (positiveWeight == 1 ? missed : missed.multiply(positiveWeight)).add(claimed);
    }

    @Override
    public Tensor of(Tensor logits, Tensor targets) {
        return elements.of(logits, targets);
    }

    @Override
    public Loss sum() {
        return elements.sum();
    }

    @Override
    public Tensor perExample(Tensor logits, Tensor targets) {
        return elements.perExample(logits, targets);
    }
}
