package dev.baton.train;

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
            public void batch(int epoch, int batch, int batches, float loss) {
                first.batch(epoch, batch, batches, loss);
                next.batch(epoch, batch, batches, loss);
            }
        };
    }
}
