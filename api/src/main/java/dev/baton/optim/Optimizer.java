package dev.baton.optim;

import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import java.util.List;

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

    /** The learning rate of a step, numbered from 1. */
    double learningRate(long step);
}
