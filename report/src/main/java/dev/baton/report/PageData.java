package dev.baton.report;

import dev.baton.metrics.Histogram;
import java.util.List;
import java.util.Map;

/**
 * What the page shows, as it becomes JSON.
 *
 * @param version grows with every change
 * @param layers what each is, by its name, as far as the summary says it
 * @param step how many steps there were
 * @param epoch how many epochs are done
 * @param epochs how many there will be; 0 before the first one is done
 * @param begunAfter the step that a run goes on from; 0 where it began anew
 * @param seconds since the first step
 * @param ended whether nothing more will come
 * @param loss of the training batches by step
 * @param epochLoss the mean loss of the training examples by epoch
 * @param metrics by name and epoch
 * @param latest the last value of each metric
 * @param questions that the papers and the watched answers refer to, by the numbers of their examples
 */
record PageData(
        long version,
        String title,
        List<Fact> facts,
        String summary,
        Map<String, String> layers,
        String bill,
        long step,
        int epoch,
        int epochs,
        long begunAfter,
        double seconds,
        boolean ended,
        double lastLoss,
        Series.Curve loss,
        Series.Curve epochLoss,
        Map<String, Series.Curve> metrics,
        Map<String, Double> latest,
        Series.Curve samplesPerSecond,
        Series.Curve secondsWaited,
        Changes changes,
        List<PaperData> papers,
        List<Watched> watched,
        Map<Integer, QuestionData> questions,
        List<Weights> weights,
        List<Warning> warnings,
        long warningCount) {

    /** Something said about the run, such as the device. */
    record Fact(String name, String text) {}

    record Warning(long step, String text) {}

    /**
     * What updates changed, at each step that was examined.
     *
     * @param predicted what the loss was to fall by, to first order
     * @param measured what it fell by
     */
    record Changes(List<Long> steps, List<Double> predicted, List<Double> measured, List<LayerChanges> layers) {}

    /**
     * The part of one layer in them.
     *
     * @param total what the loss fell by through it, over all steps that were examined
     */
    record LayerChanges(String name, double total, List<Double> gains, List<Double> ratios, List<Double> directions) {}

    /**
     * An example that is watched, by epoch.
     *
     * @param probability of the right class; without points where answers are not one class
     */
    record Watched(
            int example,
            String right,
            AnswerData first,
            AnswerData last,
            Series.Curve probability,
            Series.Curve loss) {}

    /** The weights of the parameters after an epoch. */
    record Weights(int epoch, List<Histogram> parameters) {}
}
