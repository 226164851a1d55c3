package dev.baton.composite;

import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.List;

/**
 * Adam and AdamW; state: the parameter, the running mean of its gradient and of its square. Scalars: the learning rate
 * and 1 - beta^step for each beta.
 */
public final class AdamUpdate extends Update {

    public static final String BETA1 = "beta1";
    public static final String BETA2 = "beta2";
    public static final String EPSILON = "epsilon";
    public static final String WEIGHT_DECAY = "weight decay";
    public static final String DECOUPLED = "decoupled";

    public static final AdamUpdate INSTANCE = new AdamUpdate();

    private AdamUpdate() {
        super("adam update", 3);
    }

    @Override
    public int states(Attributes attributes) {
        return 3;
    }

    @Override
    List<Value> step(Step step, List<Value> before, Value gradient) {
        var emit = step.emit();
        Attributes attributes = step.attributes();
        double beta1 = attributes.number(BETA1);
        double beta2 = attributes.number(BETA2);
        double decay = attributes.number(WEIGHT_DECAY);
        Value rate = step.scalar(0, gradient);
        Value weight = before.get(0);
        Value slope = gradient;
        if (decay > 0 && attributes.flag(DECOUPLED)) {
            weight = emit.sub(weight, emit.mul(emit.mul(rate, decay), weight));
        } else if (decay > 0) {
            slope = step.scaledSum(decay, weight, gradient);
        }
        Value mean = step.scaledSum(beta1, before.get(1), emit.mul(slope, 1 - beta1));
        Value square = step.scaledSum(beta2, before.get(2), emit.mul(emit.mul(slope, slope), 1 - beta2));
        Value correction = emit.apply(Primitive.SQRT, step.scalar(2, gradient));
        Value deviation = emit.div(emit.apply(Primitive.SQRT, square), correction);
        Value divisor = emit.add(deviation, emit.fullLike(deviation, attributes.number(EPSILON)));
        Value size = emit.div(rate, step.scalar(1, gradient));
        return List.of(emit.sub(weight, emit.mul(size, emit.div(mean, divisor))), mean, square);
    }
}
