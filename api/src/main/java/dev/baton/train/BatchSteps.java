package dev.baton.train;

import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.data.BatchesAhead;
import java.time.Duration;

/** Steps that learn from batches. */
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
        BatchesAhead ahead = batches.ahead(epoch, from);
        return new Epoch() {
            private long examples;

            @Override
            public boolean hasNext() {
                return ahead.hasNext();
            }

            @Override
            public StepResult next() {
                Batch batch = ahead.next();
                examples = batch.size();
                return observation.run(batch);
            }

            @Override
            public long examples() {
                return examples;
            }

            @Override
            public Duration waited() {
                return ahead.waited();
            }

            @Override
            public void close() {
                ahead.close();
            }
        };
    }
}
