package dev.baton.composite;

import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSProp (Hinton 2012, lecture 6e of "Neural Networks for Machine Learning"): the step is the gradient g over the root
 * of the running mean v of its square, v = a v + (1 - a) g^2; centred (Graves 2013), over the root of v - m^2, where m =
 * a m + (1 - a) g. State: the parameter, v, where centred m, with momentum the velocity, a running sum of steps. Scalars:
 * the learning rate.
 */
public final class RmsPropUpdate extends Update {

    public static final String ALPHA = "alpha";
    public static final String EPSILON = "epsilon";
    public static final String MOMENTUM = "momentum";
    public static final String CENTERED = "centered";
    public static final String WEIGHT_DECAY = "weight decay";

    public static final RmsPropUpdate INSTANCE = new RmsPropUpdate();

    private RmsPropUpdate() {
        super("rmsprop update", 1);
    }

    @Override
    public int states(Attributes attributes) {
        return 2 + (attributes.flag(CENTERED) ? 1 : 0) + (attributes.number(MOMENTUM) > 0 ? 1 : 0);
    }

    @Override
    List<Value> step(Step step, List<Value> before, Value gradient) {
        var emit = step.emit();
        Attributes attributes = step.attributes();
        double alpha = attributes.number(ALPHA);
        double momentum = attributes.number(MOMENTUM);
        Value weight = before.get(0);
        Value slope = step.decayed(attributes.number(WEIGHT_DECAY), weight, gradient);
        var after = new ArrayList<Value>();
        Value square = step.scaledSum(alpha, before.get(1), emit.mul(emit.mul(slope, slope), 1 - alpha));
        after.add(square);
        Value spread = square;
        if (attributes.flag(CENTERED)) {
            Value mean = step.scaledSum(alpha, before.get(2), emit.mul(slope, 1 - alpha));
            after.add(mean);
            // At least 0, but for rounding.
            Value variance = emit.sub(square, emit.mul(mean, mean));
            spread = emit.apply(Primitive.MAX, variance, emit.fullLike(variance, 0));
        }
        Value direction = emit.div(slope, step.rootPlus(attributes.number(EPSILON), spread));
        if (momentum > 0) {
            direction = step.scaledSum(momentum, before.get(before.size() - 1), direction);
            after.add(direction);
        }
        after.add(0, emit.sub(weight, emit.mul(step.scalar(0, weight), direction)));
        return after;
    }
}
