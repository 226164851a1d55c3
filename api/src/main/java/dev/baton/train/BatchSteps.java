package dev.baton.train;

import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.data.BatchesAhead;
import java.time.Duration;
import java.util.function.Supplier;

/** Steps that learn from batches. Where the device computes a step by itself, the next batch is made and brought meanwhile. */
final class BatchSteps implements RunSteps {

    private final TrainStep step;
    private final Batches batches;

    BatchSteps(TrainStep step, Batches batches) {
        this.step = step;
        this.batches = batches;
    }

    @Override
    public String identity() {
        return batches.identity();
    }

    @Override
    public int count() {
        return batches.count();
    }

    @Override
    public void prepare() {
        step.prepare(batches.iterator().next());
    }

    @Override
    public Epoch epoch(int epoch, int from, Observation observation, SavedRun saved) {
        return new BatchEpoch(step, batches.ahead(epoch, from), observation);
    }

    private static final class BatchEpoch implements Epoch {

        private final TrainStep step;
        private final BatchesAhead ahead;
        private final Observation observation;
        /** Gives what was made while the step before was computed, or fails as its making did; null where nothing was made. */
        private Supplier<Batch> made;

        private long examples;
        /** How long batches were made that were there before the device had done the step. */
        private Duration unnoticed = Duration.ZERO;

        BatchEpoch(TrainStep step, BatchesAhead ahead, Observation observation) {
            this.step = step;
            this.ahead = ahead;
            this.observation = observation;
        }

        @Override
        public boolean hasNext() {
            return made != null || ahead.hasNext();
        }

        @Override
        public StepResult next() {
            Batch batch = made != null ? made.get() : ahead.next();
            made = null;
            examples = batch.size();
            if (observation.examines(step.steps() + 1)) {
                return observation.run(batch);
            }
            step.start(batch);
            if (step.isRunning() && ahead.hasNext()) {
                makeNext();
            }
            return step.finish();
        }

        /** What goes wrong with a batch concerns the step that would learn from it, not the one that goes on. */
        private void makeNext() {
            Duration before = ahead.waited();
            try {
                Batch next = ahead.next();
                made = () -> next;
                if (!observation.examines(step.steps() + 2)) {
                    step.prefetch(next);
                }
            } catch (RuntimeException | Error e) {
                made = () -> {
                    throw e;
                };
            }
            if (step.isRunning()) {
                unnoticed = unnoticed.plus(ahead.waited().minus(before));
            }
        }

        @Override
        public long examples() {
            return examples;
        }

        @Override
        public Duration waited() {
            return ahead.waited().minus(unnoticed);
        }

        @Override
        public void close() {
            ahead.close();
        }
    }
}
