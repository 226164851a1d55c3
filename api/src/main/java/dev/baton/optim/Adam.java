package dev.baton.optim;

import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import java.util.List;

/** Adam (Kingma and Ba 2015): steps of about the learning rate in every weight; decay is added to the gradient. */
public final class Adam implements Optimizer {

    private final AdamRule rule;

    private Adam(AdamRule rule) {
        this.rule = rule;
    }

    public static Adam of(double learningRate) {
        return of(Schedule.constant(learningRate));
    }

    public static Adam of(Schedule schedule) {
        return new Adam(AdamRule.of(schedule, 0, false));
    }

    /** How slowly the mean of the gradients and of their squares forget; 0.9 and 0.999 unless changed. */
    public Adam betas(double first, double second) {
        return new Adam(rule.withBetas(first, second));
    }

    /** What keeps the divisor from 0; 1e-8 unless changed. */
    public Adam epsilon(double epsilon) {
        return new Adam(rule.withEpsilon(epsilon));
    }

    public Adam weightDecay(double weightDecay) {
        return new Adam(rule.withWeightDecay(weightDecay));
    }

    @Override
    public double learningRate(long step) {
        return rule.schedule().rate(step);
    }

    @Override
    public void update(Emitter emit, List<Value> parameters, List<Value> gradients, Value finite) {
        rule.update(emit, parameters, gradients, finite);
    }
}
