package dev.baton.optim;

import dev.baton.DType;
import dev.baton.composite.AdamUpdate;
import dev.baton.composite.Update;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.List;

/** What Adam and AdamW share. */
abstract class AdamRule<O extends AdamRule<O>> extends GradientDescent<O> {

    private final Settings settings;

    /** What both can be told. */
    record Settings(double beta1, double beta2, double epsilon) {
        static final Settings USUAL = new Settings(0.9, 0.999, 1e-8);
    }

    AdamRule(Options options, Settings settings) {
        super(options);
        this.settings = settings;
    }

    abstract O with(Options options, Settings settings);

    /** Whether decay shrinks the weight itself (AdamW) or is added to the gradient (Adam). */
    abstract boolean isDecoupled();

    /** How slowly the mean of the gradients and of their squares forget; 0.9 and 0.999 unless changed. */
    public final O betas(double first, double second) {
        requireShare("a beta", first);
        requireShare("a beta", second);
        return with(options(), new Settings(first, second, settings.epsilon()));
    }

    /** What keeps the divisor from 0; 1e-8 unless changed. */
    public final O epsilon(double epsilon) {
        return with(options(), new Settings(settings.beta1(), settings.beta2(), requireEpsilon(epsilon)));
    }

    @Override
    final O with(Options changed) {
        return with(changed, settings);
    }

    @Override
    final Update rule() {
        return AdamUpdate.INSTANCE;
    }

    @Override
    final Attributes attributes(double weightDecay) {
        return Attributes.of(AdamUpdate.BETA1, settings.beta1())
                .with(AdamUpdate.BETA2, settings.beta2())
                .with(AdamUpdate.EPSILON, settings.epsilon())
                .with(AdamUpdate.WEIGHT_DECAY, weightDecay)
                .with(AdamUpdate.DECOUPLED, isDecoupled());
    }

    @Override
    final List<String> moments() {
        return List.of("mean", "square");
    }

    @Override
    final List<Value> scalars(Emitter emit) {
        Value step = emit.cast(emit.builder().runtimeScalar(GraphBuilder.UPDATE), DType.FLOAT32);
        return List.of(correction(emit, step, settings.beta1()), correction(emit, step, settings.beta2()));
    }

    /**
     * 1 - beta^step: what is missing from a running mean that started at 0. A beta near 1 that is rounded to float32 is
     * off by much of what it lacks to 1; its logarithm is not.
     */
    private static Value correction(Emitter emit, Value step, double beta) {
        return emit.neg(emit.apply(Primitive.EXPM1, emit.mul(step, StrictMath.log(beta))));
    }
}
