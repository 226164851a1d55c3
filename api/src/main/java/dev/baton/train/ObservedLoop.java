package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.loss.Loss;
import dev.baton.metrics.Marking;
import dev.baton.metrics.Metric;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A training loop of one's own, of which a listener sees what it sees of a {@link Trainer}'s: losses, examined steps, warnings,
 * marked answers, weights, epochs. What an epoch is the loop decides: a pass over the data, or so many steps.
 *
 * <pre>{@code
 * var loop = ObservedLoop.of(session, model, step, report, epochs);
 * for (int epoch = 0; epoch < epochs; epoch++) {
 *     loop.begin(training.count());
 *     for (Batch batch : training.epoch(epoch)) {
 *         loop.run(batch);
 *     }
 *     loop.end(loop.measure(evaluation, validation, List.of(Metrics.accuracy())));
 * }
 * }</pre>
 */
public final class ObservedLoop {

    private final Session session;
    private final Layer model;
    private final TrainStep step;
    private final TrainingListener listener;
    private final WarningSigns signs;
    private final int epochs;
    private Observation observation;
    private int epoch;
    private boolean isInEpoch;
    private int batches;
    private int batch;
    private long examples;
    private double losses;
    private long start;
    private long epochStart;
    private long lastStep;

    private ObservedLoop(Session session, Layer model, TrainStep step, TrainingListener listener, int epochs) {
        if (epochs < 1) {
            throw new BatonException("a loop has 1 epoch or more, not " + epochs);
        }
        this.session = session;
        this.model = model;
        this.step = step;
        this.listener = listener;
        this.signs = new WarningSigns(step, listener);
        this.epochs = epochs;
        this.observation = observation(Marking.NumberLoss.SQUARED_DISTANCE);
    }

    private Observation observation(Marking.NumberLoss loss) {
        return new Observation(session, model, step, loss, listener, signs);
    }

    /**
     * A loop that is about to begin.
     *
     * @param model whose weights are shown
     * @param step that learns them, and maybe more
     * @param epochs how many there will be
     * @throws BatonException if there is to be none
     */
    public static ObservedLoop of(Session session, Layer model, TrainStep step, TrainingListener listener, int epochs) {
        return new ObservedLoop(session, model, step, listener, epochs);
    }

    /**
     * A loss that grows is no warning here: what the step is asked becomes harder, as where an opponent learns too.
     *
     * @throws StateException if the first epoch has begun
     */
    public ObservedLoop lossMayGrow() {
        requireBeginning();
        signs.withoutTrend();
        return this;
    }

    /**
     * Answers that are numbers are as wrong as this loss finds them; by their squared distance unless said. Classes are
     * marked by their cross-entropy in any case.
     *
     * @throws StateException if the first epoch has begun
     */
    public ObservedLoop markedBy(Loss loss) {
        requireBeginning();
        observation = observation(Observation.numberLoss(loss));
        return this;
    }

    /**
     * The next epoch begins.
     *
     * @param steps how many it has
     * @throws BatonException if it has none
     * @throws StateException if the one before has not ended, or there were as many as there were to be
     */
    public void begin(int steps) {
        if (isInEpoch) {
            throw new StateException("epoch " + epoch + " has not ended: end(...) comes before the next begin");
        }
        if (epoch == epochs) {
            throw new StateException("all " + epochs + " epochs have been: the loop was made for so many");
        }
        if (steps < 1) {
            throw new BatonException("an epoch has 1 step or more, not " + steps);
        }
        isInEpoch = true;
        epochStart = System.nanoTime();
        if (epoch++ == 0) {
            start = epochStart;
        }
        lastStep = epochStart;
        batches = steps;
        batch = 0;
        examples = 0;
        losses = 0;
    }

    /**
     * Takes a step as {@link TrainStep#run(Batch)} does, or {@link TrainStep#examine(Batch)} where the listener wants it.
     *
     * @throws StateException if no epoch has begun
     * @throws dev.baton.NotFiniteException as the step does
     * @throws dev.baton.DataException as the step does
     */
    public StepResult run(Batch data) {
        requireEpoch();
        return learnt(observation.run(data), data.size());
    }

    /**
     * Takes a step as {@link TrainStep#run(Map)} does, or {@link TrainStep#examine(Map)} where the listener wants it.
     *
     * @throws StateException if no epoch has begun
     * @throws dev.baton.NotFiniteException as the step does
     * @throws dev.baton.DataException as the step does
     */
    public StepResult run(Map<String, NDArray> inputs) {
        requireEpoch();
        long size = inputs.values().stream()
                .map(NDArray::shape)
                .filter(shape -> shape.rank() > 0)
                .mapToLong(shape -> shape.size(0))
                .max()
                .orElse(1);
        return learnt(observation.run(inputs), size);
    }

    private StepResult learnt(StepResult result, long size) {
        lastStep = System.nanoTime();
        batch++;
        examples += size;
        losses += result.loss() * size;
        listener.batch(epoch, batch, batches, result.loss());
        signs.after(result);
        return result;
    }

    /**
     * Measures the model as {@link Evaluation#measure} does, and marks its answers where the listener wants to see them.
     *
     * @param metrics may be none
     * @return the value of each by its name
     * @throws StateException if no epoch has begun
     * @throws dev.baton.DataException as {@link Evaluation#measure} does
     */
    public Map<String, Double> measure(Evaluation evaluation, Iterable<Batch> validation, List<Metric> metrics) {
        requireEpoch();
        return observation.measure(evaluation, validation, metrics, epoch);
    }

    /**
     * The epoch is over, and the listener is told so.
     *
     * @param metrics what was measured after it, by name; shown in its order
     * @throws StateException if no epoch has begun, or there was no step in it
     */
    public EpochResult end(Map<String, Double> metrics) {
        requireEpoch();
        if (batch == 0) {
            throw new StateException("epoch " + epoch + " ends without a step: take one with run(...)");
        }
        observation.weights(epoch);
        long perEpoch = (System.nanoTime() - start) / epoch;
        var result = new EpochResult(
                epoch,
                epochs,
                losses / examples,
                metrics,
                examples / ((lastStep - epochStart) / 1e9),
                Duration.ZERO,
                signs.take(),
                Duration.ofNanos(perEpoch * Math.max(0, epochs - epoch)));
        isInEpoch = false;
        listener.epoch(result);
        return result;
    }

    private void requireEpoch() {
        if (!isInEpoch) {
            throw new StateException("no epoch has begun: begin(steps) comes first");
        }
    }

    private void requireBeginning() {
        if (epoch > 0) {
            throw new StateException("the loop has begun: say it before the first epoch");
        }
    }
}
