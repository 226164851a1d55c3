package dev.baton;

/** A training step whose loss or gradients were not finite. No weight was changed by it. */
public class NotFiniteException extends BatonException {

    private static final long serialVersionUID = 1L;

    private final long step;
    private final double learningRate;

    /**
     * @param step the number of the step, from 1
     * @param learningRate the learning rate of that step
     */
    public NotFiniteException(String message, long step, double learningRate) {
        super(message);
        this.step = step;
        this.learningRate = learningRate;
    }

    /** The number of the step, from 1. */
    public long step() {
        return step;
    }

    /** The learning rate of that step. */
    public double learningRate() {
        return learningRate;
    }
}
