package dev.baton.train;

import dev.baton.NDArray;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.graph.TensorType;
import dev.baton.io.ModelFile;
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
    private final Opened opened;
    private final TrainStep step;
    private final Evaluation evaluation;
    private final List<Metric> metrics;
    private final TrainingListener listener;

    private Trainer(Builder builder) {
        this.session = builder.session;
        this.model = builder.model;
        this.opened = Opened.here("trainer");
        this.step = new TrainStep(session, TrainStep.functionOf(model, builder.loss), builder.optimizer, opened);
        this.evaluation = new Evaluation(session, model, opened);
        this.metrics = List.copyOf(builder.metrics);
        this.listener = builder.listener;
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

        /**
         * The trainer.
         *
         * @throws StateException if the loss or the optimizer is missing
         */
        public Trainer build() {
            if (loss == null || optimizer == null) {
                throw new StateException("a trainer needs " + (loss == null ? "a loss" : "an optimizer")
                        + ": Trainer.of(session, model).loss(...).optimizer(...).build()");
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
     */
    public List<EpochResult> fit(Batches training, Batches validation, Epochs epochs) {
        opened.requireOpen();
        Objects.requireNonNull(validation, "validation");
        var results = new ArrayList<EpochResult>();
        int count = epochs.begun(training);
        long steps = epochs.steps(training);
        long done = 0;
        long start = System.nanoTime();
        for (int epoch = 0; epoch < count; epoch++) {
            long epochStart = System.nanoTime();
            double loss = 0;
            long seen = 0;
            int number = 0;
            var batches = training.epoch(epoch).iterator();
            while (batches.hasNext() && done < steps) {
                Batch batch = batches.next();
                float mean = step.run(batch).loss();
                loss += mean * batch.size();
                seen += batch.size();
                done++;
                listener.batch(epoch + 1, ++number, training.count(), mean);
            }
            double seconds = (System.nanoTime() - epochStart) / 1e9;
            Map<String, Double> measured = evaluation.measure(validation, metrics);
            double perStep = (System.nanoTime() - start) / (double) done;
            var left = Duration.ofNanos((long) (perStep * (steps - done)));
            var result = new EpochResult(epoch + 1, count, loss / seen, measured, seen / seconds, left);
            results.add(result);
            listener.epoch(result);
        }
        return results;
    }

    /**
     * Saves the model for {@code Predictor.load}: its weights and its forward pass, as {@link ModelFile} does; before
     * the first batch only the weights, as {@link Weights} does, because nothing has said yet what the model is shown.
     * The optimizer's state is not in the file.
     *
     * @throws dev.baton.DataException if the file cannot be written; the one that was there stays
     */
    public void save(Path file) {
        opened.requireOpen();
        TensorType inputs = step.inputs();
        if (inputs == null) {
            Weights.save(session, model, file);
        } else {
            ModelFile.save(session, model, inputs.dtype(), inputs.shape().without(0), file);
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
