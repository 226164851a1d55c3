package dev.baton.optim;

import dev.baton.composite.AdagradUpdate;
import dev.baton.composite.Update;
import dev.baton.graph.Attributes;
import java.util.List;

/**
 * Adagrad (Duchi et al. 2011): gradients over the root of the sum of all their squares so far, so that weights that are
 * seldom asked for keep learning, and all learn ever more slowly.
 */
public final class Adagrad extends GradientDescent<Adagrad> {

    private final double epsilon;

    private Adagrad(Options options, double epsilon) {
        super(options);
        this.epsilon = epsilon;
    }

    public static Adagrad of(double learningRate) {
        return of(Schedule.constant(learningRate));
    }

    public static Adagrad of(Schedule schedule) {
        return new Adagrad(Options.of(schedule, 0), 1e-10);
    }

    /** What keeps the divisor from 0; 1e-10 unless changed. */
    public Adagrad epsilon(double epsilon) {
        return new Adagrad(options(), requireEpsilon(epsilon));
    }

    @Override
    Adagrad with(Options changed) {
        return new Adagrad(changed, epsilon);
    }

    @Override
    Update rule() {
        return AdagradUpdate.INSTANCE;
    }

    @Override
    Attributes attributes(double weightDecay) {
        return Attributes.of(AdagradUpdate.EPSILON, epsilon).with(AdagradUpdate.WEIGHT_DECAY, weightDecay);
    }

    @Override
    List<String> moments() {
        return List.of("sum");
    }
}
