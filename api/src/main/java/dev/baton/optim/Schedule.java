package dev.baton.optim;

import dev.baton.BatonException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The learning rate as a function of the step, numbered from 1. One of your own gives the same weights on every Java
 * virtual machine if it takes {@link StrictMath} where it needs a cosine or an exponential, as these do: {@link Math}
 * may differ in the last bit from one to the next. A rate that follows a metric is a {@link PlateauSchedule}.
 */
@FunctionalInterface
public interface Schedule {

    double rate(long step);

    /** The schedules in this one whose rates depend on what they were told; none where the step alone decides. */
    default List<PlateauSchedule> told() {
        return List.of();
    }

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
     * The given rate, multiplied by a factor after every so many steps.
     *
     * @param every how many steps each rate lasts
     * @param factor such as 0.1
     */
    static Schedule step(double rate, long every, double factor) {
        requireRate(rate);
        requireSteps(every);
        requireFactor(factor);
        return step -> rate * StrictMath.pow(factor, (step - 1) / every);
    }

    /**
     * The given rate, multiplied by a factor after each of some steps.
     *
     * @param factor such as 0.1
     * @param milestones how many steps are done when the rate changes, in rising order
     */
    static Schedule milestones(double rate, double factor, long... milestones) {
        requireRate(rate);
        requireFactor(factor);
        long[] sorted = milestones.clone();
        for (int i = 0; i < sorted.length; i++) {
            requireSteps(sorted[i]);
            if (i > 0 && sorted[i] <= sorted[i - 1]) {
                throw new BatonException("milestones rise, unlike " + Arrays.toString(sorted));
            }
        }
        return step -> {
            int passed = 0;
            while (passed < sorted.length && sorted[passed] < step) {
                passed++;
            }
            return rate * StrictMath.pow(factor, passed);
        };
    }

    /**
     * The given rate, multiplied by a factor after every step.
     *
     * @param factor such as 0.999
     */
    static Schedule exponential(double rate, double factor) {
        return step(rate, 1, factor);
    }

    /**
     * From one rate to another along a line, and the latter afterwards.
     *
     * @param steps how many it takes to arrive: the first step has rate {@code from}, step {@code steps + 1} rate
     *     {@code to}
     */
    static Schedule linear(double from, double to, long steps) {
        requireEnd(from);
        requireEnd(to);
        requireSteps(steps);
        return step -> from + (to - from) * Math.min(step - 1, steps) / steps;
    }

    /**
     * From the given rate down to 0 along half a cosine (Loshchilov and Hutter 2017), and 0 afterwards.
     *
     * @param steps the length of the run
     */
    static Schedule cosine(double rate, long steps) {
        requireRate(rate);
        return cosine(rate, 0, steps);
    }

    /**
     * From one rate to another along half a cosine, and the latter afterwards.
     *
     * @param steps how many it takes to arrive: the first step has rate {@code from}, step {@code steps + 1} rate
     *     {@code to}
     */
    static Schedule cosine(double from, double to, long steps) {
        requireEnd(from);
        requireEnd(to);
        requireSteps(steps);
        return step -> alongCosine(from, to, Math.min(step - 1, steps), steps);
    }

    /**
     * One cycle (Smith and Topin 2019, "Super-Convergence"): from a 25th of the highest rate up to it in the first 30 %
     * of the run, and from there down to a 250,000th, each along half a cosine. These are the shape and the numbers of
     * PyTorch.
     *
     * @param highest the largest rate
     * @param steps the length of the run, at least 4; the last rate is kept afterwards
     */
    static Schedule oneCycle(double highest, long steps) {
        requireRate(highest);
        if (steps < 4) {
            throw new BatonException("one cycle takes at least 4 steps, not " + steps);
        }
        double first = highest / 25;
        double last = first / 10_000;
        double top = 0.3 * steps - 1;
        return step -> {
            double done = Math.min(step, steps) - 1;
            return done <= top
                    ? alongCosine(first, highest, done, top)
                    : alongCosine(highest, last, done - top, steps - 1 - top);
        };
    }

    /**
     * This schedule, multiplied in its first steps by a factor that grows linearly up to 1.
     *
     * @param steps how long it grows
     */
    default Schedule warmUp(long steps) {
        requireSteps(steps);
        return new ComposedSchedule(step -> rate(step) * Math.min(1, (double) step / steps), told());
    }

    /**
     * This schedule for some steps, and then another one, which begins with its own first step.
     *
     * @param steps how long this one lasts
     */
    default Schedule then(long steps, Schedule next) {
        requireSteps(steps);
        var told = new ArrayList<>(told());
        told.addAll(next.told());
        return new ComposedSchedule(step -> step <= steps ? rate(step) : next.rate(step - steps), told);
    }

    private static double alongCosine(double from, double to, double done, double steps) {
        return to + (from - to) * 0.5 * (1 + StrictMath.cos(Math.PI * done / steps));
    }

    private static void requireRate(double rate) {
        if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new BatonException("a learning rate is a positive number, not " + rate);
        }
    }

    private static void requireEnd(double rate) {
        if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new BatonException("a schedule goes from and to learning rates of at least 0, not " + rate);
        }
    }

    private static void requireFactor(double factor) {
        if (!(factor > 0 && factor < Double.POSITIVE_INFINITY)) {
            throw new BatonException("a learning rate is multiplied by a positive number, not by " + factor);
        }
    }

    private static void requireSteps(long steps) {
        if (steps < 1) {
            throw new BatonException("a schedule lasts at least one step, not " + steps);
        }
    }
}
