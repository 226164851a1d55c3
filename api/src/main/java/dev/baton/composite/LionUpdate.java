package dev.baton.composite;

import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.List;

/**
 * Lion (Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", algorithm 2): every weight w moves by the
 * learning rate r along the sign of its running mean m of gradients g, w = w - r (sign(b1 m + (1 - b1) g) + decay w),
 * and then m = b2 m + (1 - b2) g. State: the parameter and m. Scalars: the learning rate.
 */
public final class LionUpdate extends Update {

    public static final String BETA1 = "beta1";
    public static final String BETA2 = "beta2";
    public static final String WEIGHT_DECAY = "weight decay";

    public static final LionUpdate INSTANCE = new LionUpdate();

    private LionUpdate() {
        super("lion update", 1);
    }

    @Override
    public int states(Attributes attributes) {
        return 2;
    }

    @Override
    List<Value> step(Step step, List<Value> before, Value gradient) {
        var emit = step.emit();
        Attributes attributes = step.attributes();
        double beta1 = attributes.number(BETA1);
        double beta2 = attributes.number(BETA2);
        Value weight = before.get(0);
        Value mean = before.get(1);
        Value sign = emit.apply(Primitive.SIGN, step.scaledSum(beta1, mean, emit.mul(gradient, 1 - beta1)));
        Value direction = step.decayed(attributes.number(WEIGHT_DECAY), weight, sign);
        return List.of(
                emit.sub(weight, emit.mul(step.scalar(0, weight), direction)),
                step.scaledSum(beta2, mean, emit.mul(gradient, 1 - beta2)));
    }
}
