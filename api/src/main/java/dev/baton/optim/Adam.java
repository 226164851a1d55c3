package dev.baton.optim;

/** Adam (Kingma and Ba 2015): steps of about the learning rate in every weight; decay is added to the gradient. */
public final class Adam extends AdamRule<Adam> {

    private Adam(Options options, Settings settings) {
        super(options, settings);
    }

    public static Adam of(double learningRate) {
        return of(Schedule.constant(learningRate));
    }

    public static Adam of(Schedule schedule) {
        return new Adam(Options.of(schedule, 0), Settings.USUAL);
    }

    @Override
    Adam with(Options options, Settings settings) {
        return new Adam(options, settings);
    }

    @Override
    boolean isDecoupled() {
        return false;
    }
}
