package dev.baton.composite;

import dev.baton.graph.Attributes;
import dev.baton.graph.Value;
import java.util.List;

/**
 * Adagrad (Duchi et al. 2011): the step is the gradient over the root of the sum of all its squares so far. State: the
 * parameter and that sum. Scalars: the learning rate.
 */
public final class AdagradUpdate extends Update {

    public static final String EPSILON = "epsilon";
    public static final String WEIGHT_DECAY = "weight decay";

    public static final AdagradUpdate INSTANCE = new AdagradUpdate();

    private AdagradUpdate() {
        super("adagrad update", 1);
    }

    @Override
    public int states(Attributes attributes) {
        return 2;
    }

    @Override
    List<Value> step(Step step, List<Value> before, Value gradient) {
        var emit = step.emit();
        Attributes attributes = step.attributes();
        Value weight = before.get(0);
        Value slope = step.decayed(attributes.number(WEIGHT_DECAY), weight, gradient);
        Value sum = emit.add(before.get(1), emit.mul(slope, slope));
        Value direction = emit.div(slope, step.rootPlus(attributes.number(EPSILON), sum));
        return List.of(emit.sub(weight, emit.mul(step.scalar(0, weight), direction)), sum);
    }
}
