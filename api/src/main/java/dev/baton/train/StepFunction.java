package dev.baton.train;

import dev.baton.tensor.Tensor;

/** What a training step computes: runs while the step is traced, possibly more than once. */
@FunctionalInterface
public interface StepFunction {

    /**
     * The loss, one floating-point number. Every parameter that is read on the way is learnt, unless the optimizer
     * freezes it; what is handed out with {@link Tensor#watch} can be read after the step.
     */
    Tensor loss(StepInputs inputs);
}
