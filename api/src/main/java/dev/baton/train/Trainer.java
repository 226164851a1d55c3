package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.graph.TensorType;
import dev.baton.io.ModelFile;
import dev.baton.io.ModelInfo;
import dev.baton.io.Weights;
import dev.baton.loss.Loss;
import dev.baton.metrics.Metric;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The training loop for a model with one input and one loss; the same by hand is a {@link TrainStep} in a {@code for}. */
public final class Trainer implements AutoCloseable {

    private final Session session;
    private final Layer model;
    private final Loss loss;
    private final Opened opened;
    private final TrainStep step;
    private final Evaluation evaluation;
    private final List<Metric> metrics;
    private final TrainingListener listener;
    private final Checkpoints checkpoints;
    private final EarlyStopping earlyStopping;
    private final Duration timeLimit;
    private volatile boolean stopAsked;
    private boolean wasStopped;

    private Trainer(Builder builder) {
        this.session = builder.session;
        this.model = builder.model;
        this.loss = builder.loss;
        this.opened = Opened.here("trainer");
        this.step = new TrainStep(session, TrainStep.functionOf(model, builder.loss), builder.optimizer, opened);
        this.evaluation = new Evaluation(session, model, opened);
        this.metrics = List.copyOf(builder.metrics);
        this.listener = builder.listener;
        this.checkpoints = builder.checkpoints;
        this.earlyStopping = builder.earlyStopping;
        this.timeLimit = builder.timeLimit;
    }

    public static Builder of(Session session, Layer model) {
        return new Builder(session, model);
    }

    /** What a trainer needs; loss and optimizer must be given. */
    public static final class Builder {

        private final Session session;
        private final Layer model;
        private Loss loss;
        private Optimizer optimizer;
        private final List<Metric> metrics = new ArrayList<>();
        private TrainingListener listener = System.out::println;
        private Checkpoints checkpoints;
        private EarlyStopping earlyStopping;
        private Duration timeLimit;

        private Builder(Session session, Layer model) {
            this.session = session;
            this.model = model;
        }

        public Builder loss(Loss loss) {
            this.loss = loss;
            return this;
        }

        public Builder optimizer(Optimizer optimizer) {
            this.optimizer = optimizer;
            return this;
        }

        /** One more number to measure on the validation data after every epoch. */
        public Builder metric(Metric metric) {
            metrics.add(Objects.requireNonNull(metric));
            return this;
        }

        /** Told of every epoch; prints a line on standard output unless changed. */
        public Builder listener(TrainingListener listener) {
            this.listener = Objects.requireNonNull(listener);
            return this;
        }

        /** Saves the run from time to time, so that {@link Trainer#resume} can go on after a crash. */
        public Builder checkpoints(Checkpoints checkpoints) {
            this.checkpoints = Objects.requireNonNull(checkpoints);
            return this;
        }

        /** Ends a run when a metric no longer gets better, and keeps the weights of its best epoch. */
        public Builder stopEarly(EarlyStopping when) {
            this.earlyStopping = Objects.requireNonNull(when);
            return this;
        }

        /** Stops a run, as {@link Trainer#stop} does, after the step that it is at when so much time has passed. */
        public Builder timeLimit(Duration most) {
            if (most.isNegative() || most.isZero()) {
                throw new BatonException("a time limit is longer than nothing, not " + most);
            }
            this.timeLimit = most;
            return this;
        }

        /**
         * The trainer.
         *
         * @throws StateException if the loss, the optimizer, or the metric to stop by is missing
         */
        public Trainer build() {
            if (loss == null || optimizer == null) {
                throw new StateException("a trainer needs " + (loss == null ? "a loss" : "an optimizer")
                        + ": Trainer.of(session, model).loss(...).optimizer(...).build()");
            }
            boolean measured = earlyStopping == null
                    || metrics.stream().anyMatch(metric -> metric.name().equals(earlyStopping.metric()));
            if (!measured) {
                throw new StateException("a trainer that stops by '" + earlyStopping.metric()
                        + "' has to measure it: add it with metric(...), as it has "
                        + metrics.stream().map(Metric::name).toList());
            }
            return new Trainer(this);
        }
    }

    /**
     * The model at a glance, and the memory that training on batches like these takes on the device. Nothing is
     * learnt.
     */
    public Summary summary(Batches training) {
        opened.requireOpen();
        Batch batch = training.iterator().next();
        step.prepare(batch);
        NDArray inputs = batch.inputs();
        return Summary.of(model, inputs.dtype(), inputs.shape().without(0)).with(step.memory(batch.size()));
    }

    /**
     * Trains.
     *
     * @param validation what the metrics are measured on after every epoch
     * @return what each epoch gave
     * @throws dev.baton.NotFiniteException at the first step whose loss or gradients are not finite; it changed nothing
     * @throws StateException if checkpoints are wanted in a folder that has some, or that another run writes to
     * @throws dev.baton.DataException if a checkpoint cannot be written; those before stay
     */
    public List<EpochResult> fit(Batches training, Batches validation, Epochs epochs) {
        return run(new BatchSteps(step, training), validation, epochs, false);
    }

    /**
     * Trains on gradients that are computed elsewhere, such as on many machines. All options are those of a run on batches;
     * what they count in steps is counted in what the source gives, each of which is one update of the optimizer. No step is
     * {@linkplain TrainingListener#examined examined}, whatever the listener wants to watch: the examples are not here.
     *
     * @param validation what the metrics are measured on after every epoch, on this machine
     * @return what each epoch gave
     * @throws dev.baton.NotFiniteException at the first step whose loss or gradients are not finite; it changed nothing
     * @throws StateException as {@link #fit(Batches, Batches, Epochs)} does, or if the session has several devices
     * @throws BatonException if the source fails for good, with where the run can go on
     */
    public List<EpochResult> fit(GradientSource training, Batches validation, Epochs epochs) {
        return run(new GivenSteps(step, training), validation, epochs, false);
    }

    /**
     * Goes on from the last checkpoint, to the last bit as if the run had never been interrupted; begins at the
     * beginning where there is none. Data, seed, model and optimizer must be those of the run before.
     *
     * @return what each epoch gave that was completed now
     * @throws dev.baton.DataException if the checkpoint is damaged or of another run, or a new one cannot be written
     * @throws dev.baton.NotFiniteException as {@link #fit} does
     * @throws StateException if no checkpoints are wanted, or another run writes to their folder
     */
    public List<EpochResult> resume(Batches training, Batches validation, Epochs epochs) {
        return resume(new BatchSteps(step, training), validation, epochs);
    }

    /** Goes on with gradients that are computed elsewhere, as {@link #resume(Batches, Batches, Epochs)} does. */
    public List<EpochResult> resume(GradientSource training, Batches validation, Epochs epochs) {
        return resume(new GivenSteps(step, training), validation, epochs);
    }

    private List<EpochResult> resume(RunSteps training, Batches validation, Epochs epochs) {
        if (checkpoints == null) {
            throw new StateException("a run goes on from a checkpoint: say where they are with "
                    + "Trainer.of(session, model).checkpoints(Checkpoints.in(folder))");
        }
        return run(training, validation, epochs, true);
    }

    /**
     * Ends a run after the step that it is at, with a checkpoint where some are wanted; from any thread. Between two
     * runs it ends the next one before its first step.
     */
    public void stop() {
        stopAsked = true;
    }

    /** Whether the last run was ended by {@link #stop} or its time limit before it was done. */
    public boolean wasStopped() {
        return wasStopped;
    }

    private List<EpochResult> run(RunSteps training, Batches validation, Epochs epochs, boolean resuming) {
        opened.requireOpen();
        Objects.requireNonNull(validation, "validation");
        wasStopped = false;
        var best = new BestEpoch(session, model, earlyStopping);
        try (var saved = new SavedRun(step, checkpoints, listener, best)) {
            Position at = saved.begin(training, epochs, resuming);
            List<EpochResult> results = run(training, validation, epochs, at, saved, best);
            if (!wasStopped) {
                best.restore();
            }
            return results;
        } finally {
            stopAsked = false;
        }
    }

    private List<EpochResult> run(
            RunSteps training, Batches validation, Epochs epochs, Position at, SavedRun saved, BestEpoch best) {
        var results = new ArrayList<EpochResult>();
        var signs = new WarningSigns(step, listener);
        var observation = new Observation(session, model, step, Observation.numberLoss(loss), listener, signs);
        int count = epochs.begun(training.count());
        long steps = epochs.steps(training.count());
        long before = at.steps();
        long start = System.nanoTime();
        while (at.epoch() < count && !(at.steps() >= steps && at.measured()) && !best.isLongAgo()) {
            long epochStart = System.nanoTime();
            long seenBefore = at.seen();
            boolean more;
            Duration waited;
            try (var coming = training.epoch(at.epoch(), at.batch(), observation, saved)) {
                while (coming.hasNext() && at.steps() < steps && !stopAsked && !isTooLong(start)) {
                    StepResult learnt = coming.next();
                    at.learnt(learnt.loss(), coming.examples());
                    listener.batch(at.epoch() + 1, at.batch(), training.count(), learnt.loss());
                    signs.after(learnt);
                    saved.step(at);
                }
                more = coming.hasNext();
                waited = coming.waited();
            }
            if (more && at.steps() < steps) {
                wasStopped = true;
                saved.save(at);
                break;
            }
            double seconds = (System.nanoTime() - epochStart) / 1e9;
            Map<String, Double> measured = observation.measure(evaluation, validation, metrics, at.epoch() + 1);
            observation.weights(at.epoch() + 1);
            double perStep = (System.nanoTime() - start) / (double) Math.max(1, at.steps() - before);
            var left = Duration.ofNanos((long) (perStep * (steps - at.steps())));
            double pace = (at.seen() - seenBefore) / seconds;
            var result =
                    new EpochResult(at.epoch() + 1, count, at.meanLoss(), measured, pace, waited, signs.take(), left);
            results.add(result);
            best.observe(result);
            listener.epoch(result);
            if (more) {
                // A longer run goes on with the rest of this epoch.
                at.measuredInPart();
            } else {
                at.nextEpoch();
            }
            saved.save(at);
        }
        return results;
    }

    private boolean isTooLong(long start) {
        return timeLimit != null && System.nanoTime() - start > timeLimit.toNanos();
    }

    /**
     * Saves the model for {@code Predictor.load}: its weights and its forward pass, as {@link ModelFile} does; before
     * the first batch only the weights, as {@link Weights} does, because nothing has said yet what the model is shown.
     * The optimizer's state is not in the file.
     *
     * @throws dev.baton.DataException if the file cannot be written; the one that was there stays
     */
    public void save(Path file) {
        save(file, ModelInfo.of());
    }

    /**
     * The same, with what else belongs to the model, such as how its inputs are made; {@link ModelFile#texts} reads it
     * again.
     *
     * @throws StateException if there was no batch yet
     */
    public void save(Path file, Map<String, String> texts) {
        save(file, ModelInfo.of().texts(texts));
    }

    /**
     * The same, with what belongs to the model, so that the file alone can be asked ({@code Classifier}).
     *
     * @throws StateException if there was no batch yet
     */
    public void save(Path file, ModelInfo info) {
        opened.requireOpen();
        TensorType inputs = step.inputs();
        if (inputs != null) {
            ModelFile.save(session, model, inputs.dtype(), inputs.shape().without(0), file, info);
        } else if (info == ModelInfo.of()) {
            Weights.save(session, model, file);
        } else {
            throw new StateException(
                    "before the first batch a trainer saves only weights, without what belongs to them");
        }
    }

    /** Ends the trainer; the model's weights stay in the session. Closing twice does nothing. */
    @Override
    public void close() {
        step.close();
        evaluation.close();
        opened.close();
    }
}
