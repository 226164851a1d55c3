package dev.baton.optim;

import dev.baton.composite.LionUpdate;
import dev.baton.composite.Update;
import dev.baton.graph.Attributes;
import java.util.List;

/**
 * Lion (Chen et al. 2023): every weight moves by the learning rate itself, along the sign of its running mean gradient;
 * decay shrinks the weights themselves. Its authors recommend a third to a tenth of the learning rate of AdamW, and as
 * many times its weight decay.
 */
public final class Lion extends GradientDescent<Lion> {

    private final double beta1;
    private final double beta2;

    private Lion(Options options, double beta1, double beta2) {
        super(options);
        this.beta1 = requireShare("a beta", beta1);
        this.beta2 = requireShare("a beta", beta2);
    }

    public static Lion of(double learningRate) {
        return of(Schedule.constant(learningRate));
    }

    public static Lion of(Schedule schedule) {
        return new Lion(Options.of(schedule, 0), 0.9, 0.99);
    }

    /** How much of the mean the sign is taken from, and how slowly the mean forgets; 0.9 and 0.99 unless changed. */
    public Lion betas(double first, double second) {
        return new Lion(options(), first, second);
    }

    @Override
    Lion with(Options changed) {
        return new Lion(changed, beta1, beta2);
    }

    @Override
    Update rule() {
        return LionUpdate.INSTANCE;
    }

    @Override
    Attributes attributes(double weightDecay) {
        return Attributes.of(LionUpdate.BETA1, beta1)
                .with(LionUpdate.BETA2, beta2)
                .with(LionUpdate.WEIGHT_DECAY, weightDecay);
    }

    @Override
    List<String> moments() {
        return List.of("mean");
    }
}
