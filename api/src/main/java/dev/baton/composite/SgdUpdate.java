package dev.baton.composite;

import dev.baton.graph.Attributes;
import dev.baton.graph.Value;
import java.util.List;

/** Stochastic gradient descent; state: the parameter and, with momentum, its velocity. Scalars: the learning rate. */
public final class SgdUpdate extends Update {

    public static final String MOMENTUM = "momentum";
    public static final String NESTEROV = "nesterov";
    public static final String WEIGHT_DECAY = "weight decay";

    public static final SgdUpdate INSTANCE = new SgdUpdate();

    private SgdUpdate() {
        super("sgd update", 1);
    }

    @Override
    public int states(Attributes attributes) {
        return attributes.number(MOMENTUM) > 0 ? 2 : 1;
    }

    @Override
    List<Value> step(Step step, List<Value> before, Value gradient) {
        var emit = step.emit();
        Attributes attributes = step.attributes();
        Value weight = before.get(0);
        Value slope = step.decayed(attributes.number(WEIGHT_DECAY), weight, gradient);
        Value rate = step.scalar(0, weight);
        double momentum = attributes.number(MOMENTUM);
        if (momentum == 0) {
            return List.of(emit.sub(weight, emit.mul(rate, slope)));
        }
        Value velocity = step.scaledSum(momentum, before.get(1), slope);
        Value direction = attributes.flag(NESTEROV) ? step.scaledSum(momentum, velocity, slope) : velocity;
        return List.of(emit.sub(weight, emit.mul(rate, direction)), velocity);
    }
}
