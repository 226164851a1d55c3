package dev.baton.train;

import dev.baton.NDArray;
import dev.baton.data.Batch;
import dev.baton.loss.BinaryCrossEntropy;
import dev.baton.loss.CrossEntropy;
import dev.baton.loss.Loss;
import dev.baton.metrics.Histogram;
import dev.baton.metrics.Marking;
import dev.baton.metrics.Metric;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a listener sees of a run, as closely as it wants to: nothing is computed that nobody asked for. */
final class Observation {

    private static final int PARTS = 30;

    private final Session session;
    private final Layer model;
    private final TrainStep step;
    private final TrainingListener listener;
    private final WarningSigns signs;
    private final Watch watch;
    private final Marking marking;

    Observation(
            Session session,
            Layer model,
            TrainStep step,
            Marking.NumberLoss numberLoss,
            TrainingListener listener,
            WarningSigns signs) {
        this.session = session;
        this.model = model;
        this.step = step;
        this.listener = listener;
        this.signs = signs;
        this.watch = listener.watch();
        this.marking = watch.marks() ? new Marking(watch.answers(), watch.examples(), numberLoss) : null;
    }

    /** Where targets are numbers, answers are as wrong as the loss finds them; one of the user's own is not known here. */
    static Marking.NumberLoss numberLoss(Loss loss) {
        if (loss instanceof BinaryCrossEntropy) {
            return Marking.NumberLoss.BINARY_CROSS_ENTROPY;
        }
        return loss instanceof CrossEntropy ? Marking.NumberLoss.CROSS_ENTROPY : Marking.NumberLoss.SQUARED_DISTANCE;
    }

    /** Takes a step, with a closer look where it is its turn. */
    StepResult run(Batch batch) {
        return examines(step.steps() + 1) ? tell(step.examine(batch)) : step.run(batch);
    }

    /** The same on named inputs. */
    StepResult run(Map<String, NDArray> inputs) {
        return examines(step.steps() + 1) ? tell(step.examine(inputs)) : step.run(inputs);
    }

    private StepResult tell(LossChange change) {
        listener.examined(change);
        signs.examined(change);
        return new StepResult(change.step(), (float) change.before(), (float) change.gradientNorm());
    }

    /**
     * Whether a step gets a closer look. A run that goes wrong mostly does so early: the first steps that are looked at lie close
     * together.
     */
    boolean examines(long number) {
        long every = watch.everySteps();
        return every > 0 && (number % every == 0 || (number > 1 && number < every && Long.bitCount(number) == 1));
    }

    /** Measures an epoch, and marks the answers that it gets. */
    Map<String, Double> measure(Evaluation evaluation, Iterable<Batch> validation, List<Metric> metrics, int epoch) {
        if (marking == null) {
            return evaluation.measure(validation, metrics);
        }
        Map<String, Double> measured = evaluation.measure(validation, metrics, marking::add);
        listener.marked(marking.paper(epoch));
        return measured;
    }

    /** Shows the weights where the listener looks at anything. */
    void weights(int epoch) {
        if (watch.equals(Watch.nothing())) {
            return;
        }
        var histograms = new ArrayList<Histogram>();
        for (Parameter parameter : model.parameters()) {
            NDArray values = session.value(parameter.name());
            histograms.add(Histogram.of(parameter.name(), values.toDoubleArray(), PARTS));
        }
        listener.weights(epoch, histograms);
    }
}
