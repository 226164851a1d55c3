package dev.baton.optim;

import dev.baton.composite.RmsPropUpdate;
import dev.baton.composite.Update;
import dev.baton.graph.Attributes;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSProp (Hinton 2012): gradients over the root of the running mean of their squares, so that every weight moves at
 * about the same pace.
 */
public final class RmsProp extends GradientDescent<RmsProp> {

    private final Settings settings;

    private record Settings(double alpha, double epsilon, double momentum, boolean centered) {}

    private RmsProp(Options options, Settings settings) {
        super(options);
        this.settings = settings;
    }

    public static RmsProp of(double learningRate) {
        return of(Schedule.constant(learningRate));
    }

    public static RmsProp of(Schedule schedule) {
        return new RmsProp(Options.of(schedule, 0), new Settings(0.99, 1e-8, 0, false));
    }

    /** How slowly the mean of the squares forgets; 0.99 unless changed. */
    public RmsProp alpha(double alpha) {
        requireShare("an alpha", alpha);
        return new RmsProp(
                options(), new Settings(alpha, settings.epsilon(), settings.momentum(), settings.centered()));
    }

    /** What keeps the divisor from 0; 1e-8 unless changed. */
    public RmsProp epsilon(double epsilon) {
        requireEpsilon(epsilon);
        return new RmsProp(
                options(), new Settings(settings.alpha(), epsilon, settings.momentum(), settings.centered()));
    }

    /** Moves along a running sum of steps: velocity = momentum * velocity + step. */
    public RmsProp momentum(double momentum) {
        requireShare("a momentum", momentum);
        return new RmsProp(
                options(), new Settings(settings.alpha(), settings.epsilon(), momentum, settings.centered()));
    }

    /** Divides by the deviation of the gradients in the place of the root of their mean square (Graves 2013). */
    public RmsProp centered() {
        return new RmsProp(options(), new Settings(settings.alpha(), settings.epsilon(), settings.momentum(), true));
    }

    @Override
    RmsProp with(Options changed) {
        return new RmsProp(changed, settings);
    }

    @Override
    Update rule() {
        return RmsPropUpdate.INSTANCE;
    }

    @Override
    Attributes attributes(double weightDecay) {
        return Attributes.of(RmsPropUpdate.ALPHA, settings.alpha())
                .with(RmsPropUpdate.EPSILON, settings.epsilon())
                .with(RmsPropUpdate.MOMENTUM, settings.momentum())
                .with(RmsPropUpdate.CENTERED, settings.centered())
                .with(RmsPropUpdate.WEIGHT_DECAY, weightDecay);
    }

    @Override
    List<String> moments() {
        var moments = new ArrayList<>(List.of("square"));
        if (settings.centered()) {
            moments.add("mean");
        }
        if (settings.momentum() > 0) {
            moments.add("velocity");
        }
        return moments;
    }
}
