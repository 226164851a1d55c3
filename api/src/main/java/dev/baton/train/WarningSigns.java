package dev.baton.train;

import java.util.ArrayList;
import java.util.List;

/** What looks wrong in a run though every number is finite; told at once, and kept for the epoch's result. */
final class WarningSigns {

    private final TrainStep step;
    private final TrainingListener listener;
    private LossTrend trend = new LossTrend();
    private final Overshooting overshooting = new Overshooting();
    private final List<String> inEpoch = new ArrayList<>();
    private SilentParameters silent;

    WarningSigns(TrainStep step, TrainingListener listener) {
        this.step = step;
        this.listener = listener;
    }

    /** From now on a loss that grows is not one of them. */
    void withoutTrend() {
        trend = null;
    }

    /** Takes note of the step that has just run. */
    void after(StepResult result) {
        GradientNorms norms = step.norms();
        if (silent == null) {
            silent = new SilentParameters(norms.parameters());
        }
        if (trend != null) {
            tell(result.step(), trend.after(result.step(), result.loss(), step.learningRate()));
        }
        // Parameters that a rate of 0 does not move are not silent.
        if (!step.takesOver()) {
            tell(result.step(), silent.after(result.loss(), norms.ofParameters()));
        }
    }

    /** Takes note of a step that was examined. */
    void examined(LossChange change) {
        tell(change.step(), overshooting.after(change));
    }

    private void tell(long step, String warning) {
        if (warning != null) {
            listener.warning(step, warning);
            inEpoch.add("step " + step + ": " + warning);
        }
    }

    /** The warnings since this was last asked for. */
    List<String> take() {
        List<String> taken = List.copyOf(inEpoch);
        inEpoch.clear();
        return taken;
    }
}
