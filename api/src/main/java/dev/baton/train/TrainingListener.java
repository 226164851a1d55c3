package dev.baton.train;

import dev.baton.metrics.Histogram;
import dev.baton.metrics.MarkedPaper;
import java.util.List;

/** Told how a training run goes on, on the thread that trains. */
@FunctionalInterface
public interface TrainingListener {

    /** An epoch is done. */
    void epoch(EpochResult result);

    /**
     * A run goes on from a checkpoint; does nothing unless overridden.
     *
     * @param step how many steps there were
     * @param difference what else is used than before, in words; empty where device and length are the same
     */
    default void resumed(long step, String difference) {}

    /**
     * A batch is done; does nothing unless overridden.
     *
     * @param epoch the number of the epoch, from 1
     * @param batch the number of the batch in the epoch, from 1
     * @param batches how many there are in an epoch
     * @param loss the mean loss of the batch
     */
    default void batch(int epoch, int batch, int batches, float loss) {}

    /**
     * Something looks wrong though every number is finite: the loss grows, or parameters no longer learn. Does nothing
     * unless overridden; {@link EpochResult#warnings} has it too.
     *
     * @param warning what was seen and what to try
     */
    default void warning(long step, String warning) {}

    /** How closely this listener wants to see the run: asked once, when it begins. Nothing more unless overridden. */
    default Watch watch() {
        return Watch.nothing();
    }

    /** A step was examined, as {@link #watch} asked for; does nothing unless overridden. */
    default void examined(LossChange change) {}

    /**
     * The validation examples were answered after an epoch, before {@link #epoch}, as {@link #watch} asked for; does nothing
     * unless overridden.
     */
    default void marked(MarkedPaper paper) {}

    /**
     * The weights after an epoch, before {@link #epoch}, where {@link #watch} asked for anything; does nothing unless
     * overridden.
     *
     * @param epoch its number, from 1
     * @param weights of each parameter that the model has, by its name
     */
    default void weights(int epoch, List<Histogram> weights) {}

    /** This listener, and then another one. */
    default TrainingListener then(TrainingListener next) {
        TrainingListener first = this;
        return new TrainingListener() {
            @Override
            public void epoch(EpochResult result) {
                first.epoch(result);
                next.epoch(result);
            }

            @Override
            public void resumed(long step, String difference) {
                first.resumed(step, difference);
                next.resumed(step, difference);
            }

            @Override
            public void warning(long step, String warning) {
                first.warning(step, warning);
                next.warning(step, warning);
            }

            @Override
            public Watch watch() {
                return first.watch().and(next.watch());
            }

            @Override
            public void examined(LossChange change) {
                first.examined(change);
                next.examined(change);
            }

            @Override
            public void marked(MarkedPaper paper) {
                first.marked(paper);
                next.marked(paper);
            }

            @Override
            public void weights(int epoch, List<Histogram> weights) {
                first.weights(epoch, weights);
                next.weights(epoch, weights);
            }

            @Override
            public void batch(int epoch, int batch, int batches, float loss) {
                first.batch(epoch, batch, batches, loss);
                next.batch(epoch, batch, batches, loss);
            }
        };
    }
}
