package dev.baton.optim;

import dev.baton.composite.SgdUpdate;
import dev.baton.composite.Update;
import dev.baton.graph.Attributes;
import java.util.List;

/** Stochastic gradient descent, with momentum and decay where asked for. */
public final class Sgd extends GradientDescent<Sgd> {

    private final double momentum;
    private final boolean nesterov;

    private Sgd(Options options, double momentum, boolean nesterov) {
        super(options);
        this.momentum = momentum;
        this.nesterov = nesterov;
    }

    public static Sgd of(double learningRate) {
        return of(Schedule.constant(learningRate));
    }

    public static Sgd of(Schedule schedule) {
        return new Sgd(Options.of(schedule, 0), 0, false);
    }

    /** Moves along a running sum of gradients: velocity = momentum * velocity + gradient. */
    public Sgd momentum(double momentum) {
        return new Sgd(options(), requireShare("a momentum", momentum), nesterov);
    }

    /** Looks ahead along the velocity (Sutskever et al. 2013). */
    public Sgd nesterov() {
        return new Sgd(options(), momentum, true);
    }

    @Override
    Sgd with(Options changed) {
        return new Sgd(changed, momentum, nesterov);
    }

    @Override
    Update rule() {
        return SgdUpdate.INSTANCE;
    }

    @Override
    Attributes attributes(double weightDecay) {
        return Attributes.of(SgdUpdate.MOMENTUM, momentum)
                .with(SgdUpdate.NESTEROV, nesterov)
                .with(SgdUpdate.WEIGHT_DECAY, weightDecay);
    }

    @Override
    List<String> moments() {
        return momentum > 0 ? List.of("velocity") : List.of();
    }
}
