package dev.baton.optim;

import dev.baton.BatonException;
import dev.baton.composite.SgdUpdate;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/** Stochastic gradient descent, with momentum and decay where asked for. */
public final class Sgd implements Optimizer {

    private final Schedule schedule;
    private final double momentum;
    private final boolean nesterov;
    private final double weightDecay;

    private Sgd(Schedule schedule, double momentum, boolean nesterov, double weightDecay) {
        this.schedule = schedule;
        this.momentum = momentum;
        this.nesterov = nesterov;
        this.weightDecay = weightDecay;
    }

    public static Sgd of(double learningRate) {
        return of(Schedule.constant(learningRate));
    }

    public static Sgd of(Schedule schedule) {
        return new Sgd(schedule, 0, false, 0);
    }

    /** Moves along a running sum of gradients: velocity = momentum * velocity + gradient. */
    public Sgd momentum(double momentum) {
        if (!(momentum >= 0 && momentum < 1)) {
            throw new BatonException("a momentum is at least 0 and less than 1, not " + momentum);
        }
        return new Sgd(schedule, momentum, nesterov, weightDecay);
    }

    /** Looks ahead along the velocity (Sutskever et al. 2013). */
    public Sgd nesterov() {
        return new Sgd(schedule, momentum, true, weightDecay);
    }

    /** Adds this share of each weight to its gradient. */
    public Sgd weightDecay(double weightDecay) {
        Moments.requireDecay(weightDecay);
        return new Sgd(schedule, momentum, nesterov, weightDecay);
    }

    @Override
    public double learningRate(long step) {
        return schedule.rate(step);
    }

    @Override
    public void update(Emitter emit, List<Value> parameters, List<Value> gradients, Value finite) {
        var inputs = new ArrayList<Value>();
        inputs.add(finite);
        inputs.add(emit.builder().runtimeScalar(GraphBuilder.LEARNING_RATE));
        var assigned = new ArrayList<Value>();
        for (int i = 0; i < parameters.size(); i++) {
            var state = new ArrayList<>(List.of(parameters.get(i)));
            if (momentum > 0) {
                state.add(Moments.of(emit, parameters.get(i), "velocity"));
            }
            inputs.addAll(state);
            inputs.add(gradients.get(i));
            assigned.addAll(state);
        }
        var attributes = Attributes.of(SgdUpdate.MOMENTUM, momentum)
                .with(SgdUpdate.NESTEROV, nesterov)
                .with(SgdUpdate.WEIGHT_DECAY, weightDecay);
        Node update = emit.builder().add(SgdUpdate.INSTANCE, inputs, attributes);
        for (int i = 0; i < assigned.size(); i++) {
            emit.builder().assign(assigned.get(i), update.output(i));
        }
    }
}
