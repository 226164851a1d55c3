package dev.baton.optim;

import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import dev.baton.nn.Parameter;
import java.util.List;
import java.util.function.Predicate;

/** How weights follow their gradients. Immutable: the moments live in variables of the session. */
public interface Optimizer {

    /**
     * Adds the update to a step.
     *
     * @param parameters the variables that are learnt
     * @param gradients the loss's gradient by each
     * @param finite a truth value: where it is false, nothing may change
     */
    void update(Emitter emit, List<Value> parameters, List<Value> gradients, Value finite);

    /**
     * The number of the update that a step makes, from 1: that of the step, unless several steps make one update.
     *
     * @param step from 1
     * @return 0 where the step makes none
     */
    default long update(long step) {
        return step;
    }

    /** The learning rate of a step, numbered from 1. */
    double learningRate(long step);

    /** The schedules whose rates depend on what they were told. */
    default List<PlateauSchedule> told() {
        return List.of();
    }

    /** Which of the parameters that a step reads are learnt: all of them, unless some are {@linkplain #freeze frozen}. */
    default List<Parameter> learnt(List<Parameter> parameters) {
        return parameters;
    }

    /**
     * This optimizer, which leaves some parameters as they are: a step reads them, and computes neither gradients nor
     * moments for them. A step that is made with another optimizer learns them again.
     *
     * @param frozen such as {@code Parameters.of(layer)}; it has to fit at least one parameter of the step
     */
    default Optimizer freeze(Predicate<Parameter> frozen) {
        return new Frozen(this, frozen);
    }

    /**
     * This optimizer for gradients that are scaled down, all by one factor, where the norm of all of them taken together
     * is larger than {@code most} (Pascanu et al. 2013). A norm that is not finite makes a step that is not finite: no
     * weight changes. Together with {@link #clipValue} the elements are cut first.
     */
    default Optimizer clipNorm(double most) {
        return new Clipped(this, Double.POSITIVE_INFINITY, Clipped.requireBound(most));
    }

    /**
     * This optimizer, which learns from the mean gradient of so many batches as if they were one: for batches that do not
     * fit into memory together. Weights change at every so many-th step; schedules and the optimizer itself count these
     * updates, not the steps. Losses are to be means over a batch, and batches of one size.
     */
    default Optimizer accumulate(int batches) {
        return new Accumulated(this, batches);
    }

    /** This optimizer for gradients whose elements are cut to lie between {@code -most} and {@code most}. */
    default Optimizer clipValue(double most) {
        return new Clipped(this, Clipped.requireBound(most), Double.POSITIVE_INFINITY);
    }
}
