package dev.baton.train;

import java.time.Duration;

/** Where a trainer's run takes its steps from: batches that are here, or gradients that are computed elsewhere. */
interface RunSteps {

    /** What tells them from others, for a run that goes on later. */
    String identity();

    /** The number of steps in an epoch. */
    int count();

    /** Traces the step, whose variables may then be set. */
    void prepare();

    /**
     * The steps of an epoch from one on, both from 0.
     *
     * @param observation sees the steps that learn from batches
     * @param saved says where the run goes on if a step fails
     */
    Epoch epoch(int epoch, int from, Observation observation, SavedRun saved);

    /** The steps of an epoch that are still to be taken. */
    interface Epoch extends AutoCloseable {

        boolean hasNext();

        /** Takes the next step. */
        StepResult next();

        /** How many examples the last step learnt from. */
        long examples();

        /** How long steps waited for what they learn from. */
        Duration waited();

        @Override
        void close();
    }
}
