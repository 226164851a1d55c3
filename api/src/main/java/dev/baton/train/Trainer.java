package dev.baton.train;

import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.loss.Loss;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** The training loop for a model that gives classes; the same by hand is a {@link TrainStep} in a {@code for}. */
public final class Trainer implements AutoCloseable {

    private final TrainStep step;
    private final Evaluation evaluation;
    private final Consumer<EpochResult> listener;

    private Trainer(TrainStep step, Evaluation evaluation, Consumer<EpochResult> listener) {
        this.step = step;
        this.evaluation = evaluation;
        this.listener = listener;
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
        private Consumer<EpochResult> listener = System.out::println;

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

        /** Told of every epoch; prints a line on standard output unless changed. */
        public Builder listener(Consumer<EpochResult> listener) {
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
            return new Trainer(TrainStep.of(session, model, loss, optimizer), new Evaluation(session, model), listener);
        }
    }

    /**
     * Trains.
     *
     * @return what each epoch gave
     * @throws dev.baton.NotFiniteException at the first step whose loss or gradients are not finite; it changed nothing
     */
    public List<EpochResult> fit(Batches training, Batches validation, Epochs epochs) {
        var results = new ArrayList<EpochResult>();
        long start = System.nanoTime();
        for (int epoch = 0; epoch < epochs.count(); epoch++) {
            long epochStart = System.nanoTime();
            double loss = 0;
            for (Batch batch : training.epoch(epoch)) {
                loss += step.run(batch).loss() * batch.size();
            }
            double seconds = (System.nanoTime() - epochStart) / 1e9;
            double accuracy = evaluation.accuracy(validation);
            long perEpoch = (System.nanoTime() - start) / (epoch + 1);
            var result = new EpochResult(
                    epoch + 1,
                    epochs.count(),
                    loss / training.examples(),
                    accuracy,
                    training.examples() / seconds,
                    Duration.ofNanos(perEpoch * (epochs.count() - epoch - 1)));
            results.add(result);
            listener.accept(result);
        }
        return results;
    }

    /** Ends the trainer; the model's weights stay in the session. */
    @Override
    public void close() {
        step.close();
        evaluation.close();
    }
}
