package dev.baton.optim;

/** AdamW (Loshchilov and Hutter 2019): Adam whose decay shrinks the weights themselves; 0.01 unless changed. */
public final class AdamW extends AdamRule<AdamW> {

    private AdamW(Options options, Settings settings) {
        super(options, settings);
    }

    public static AdamW of(double learningRate) {
        return of(Schedule.constant(learningRate));
    }

    public static AdamW of(Schedule schedule) {
        return new AdamW(Options.of(schedule, 0.01), Settings.USUAL);
    }

    @Override
    AdamW with(Options options, Settings settings) {
        return new AdamW(options, settings);
    }

    @Override
    boolean isDecoupled() {
        return true;
    }
}
