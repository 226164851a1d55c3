package dev.baton.optim;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.composite.AdamUpdate;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * What Adam and AdamW share.
 *
 * @param decoupled whether decay shrinks the weight itself (AdamW) or is added to the gradient (Adam)
 */
record AdamRule(Schedule schedule, double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled) {

    AdamRule {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
            throw new BatonException("betas are at least 0 and less than 1, not " + beta1 + " and " + beta2);
        }
        if (!(epsilon > 0)) {
            throw new BatonException("epsilon is positive, not " + epsilon);
        }
        Moments.requireDecay(weightDecay);
    }

    static AdamRule of(Schedule schedule, double weightDecay, boolean decoupled) {
        return new AdamRule(schedule, 0.9, 0.999, 1e-8, weightDecay, decoupled);
    }

    AdamRule withBetas(double first, double second) {
        return new AdamRule(schedule, first, second, epsilon, weightDecay, decoupled);
    }

    AdamRule withEpsilon(double other) {
        return new AdamRule(schedule, beta1, beta2, other, weightDecay, decoupled);
    }

    AdamRule withWeightDecay(double other) {
        return new AdamRule(schedule, beta1, beta2, epsilon, other, decoupled);
    }

    void update(Emitter emit, List<Value> parameters, List<Value> gradients, Value finite) {
        Value step = emit.cast(emit.builder().runtimeScalar(GraphBuilder.STEP), DType.FLOAT32);
        var inputs = new ArrayList<Value>();
        inputs.add(finite);
        inputs.add(emit.builder().runtimeScalar(GraphBuilder.LEARNING_RATE));
        inputs.add(correction(emit, step, beta1));
        inputs.add(correction(emit, step, beta2));
        var assigned = new ArrayList<Value>();
        for (int i = 0; i < parameters.size(); i++) {
            Value parameter = parameters.get(i);
            Value mean = Moments.of(emit, parameter, "mean");
            Value square = Moments.of(emit, parameter, "square");
            inputs.addAll(List.of(parameter, mean, square, gradients.get(i)));
            assigned.addAll(List.of(parameter, mean, square));
        }
        var attributes = Attributes.of(AdamUpdate.BETA1, beta1)
                .with(AdamUpdate.BETA2, beta2)
                .with(AdamUpdate.EPSILON, epsilon)
                .with(AdamUpdate.WEIGHT_DECAY, weightDecay)
                .with(AdamUpdate.DECOUPLED, decoupled);
        Node update = emit.builder().add(AdamUpdate.INSTANCE, inputs, attributes);
        for (int i = 0; i < assigned.size(); i++) {
            emit.builder().assign(assigned.get(i), update.output(i));
        }
    }

    /**
     * 1 - beta^step: what is missing from a running mean that started at 0. A beta near 1 that is rounded to float32 is
     * off by much of what it lacks to 1; its logarithm is not.
     */
    private static Value correction(Emitter emit, Value step, double beta) {
        return emit.neg(emit.apply(Primitive.EXPM1, emit.mul(step, StrictMath.log(beta))));
    }
}
