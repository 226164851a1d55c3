package dev.baton.optim;

import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import java.util.List;

/** AdamW (Loshchilov and Hutter 2019): Adam whose decay shrinks the weights themselves; 0.01 unless changed. */
public final class AdamW implements Optimizer {

    private final AdamRule rule;

    private AdamW(AdamRule rule) {
        this.rule = rule;
    }

    public static AdamW of(double learningRate) {
        return of(Schedule.constant(learningRate));
    }

    public static AdamW of(Schedule schedule) {
        return new AdamW(AdamRule.of(schedule, 0.01, true));
    }

    /** How slowly the mean of the gradients and of their squares forget; 0.9 and 0.999 unless changed. */
    public AdamW betas(double first, double second) {
        return new AdamW(rule.withBetas(first, second));
    }

    /** What keeps the divisor from 0; 1e-8 unless changed. */
    public AdamW epsilon(double epsilon) {
        return new AdamW(rule.withEpsilon(epsilon));
    }

    public AdamW weightDecay(double weightDecay) {
        return new AdamW(rule.withWeightDecay(weightDecay));
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
