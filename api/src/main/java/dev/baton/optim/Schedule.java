package dev.baton.optim;

import dev.baton.BatonException;

/**
 * The learning rate as a function of the step, numbered from 1. One of your own gives the same weights on every Java
 * virtual machine if it takes {@link StrictMath} where it needs a cosine or an exponential: {@link Math} may differ in
 * the last bit from one to the next.
 */
@FunctionalInterface
public interface Schedule {

    double rate(long step);

    /**
     * The same rate at every step.
     *
     * @throws BatonException if the rate is not positive
     */
    static Schedule constant(double rate) {
        requireRate(rate);
        return step -> rate;
    }

    /**
     * From the given rate down to 0 along half a cosine (Loshchilov and Hutter 2017), and 0 afterwards.
     * In {@link StrictMath}: the same bits on every Java virtual machine.
     *
     * @param steps the length of the run
     */
    static Schedule cosine(double rate, long steps) {
        requireRate(rate);
        requireSteps(steps);
        return step -> rate * 0.5 * (1 + StrictMath.cos(Math.PI * Math.min(step - 1, steps) / steps));
    }

    /**
     * This schedule, multiplied in its first steps by a factor that grows linearly up to 1.
     *
     * @param steps how long it grows
     */
    default Schedule warmUp(long steps) {
        requireSteps(steps);
        return step -> rate(step) * Math.min(1, (double) step / steps);
    }

    private static void requireRate(double rate) {
        if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new BatonException("a learning rate is a positive number, not " + rate);
        }
    }

    private static void requireSteps(long steps) {
        if (steps < 1) {
            throw new BatonException("a schedule lasts at least one step, not " + steps);
        }
    }
}
