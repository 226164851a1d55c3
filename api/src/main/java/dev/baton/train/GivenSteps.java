package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.DataException;
import java.time.Duration;

/** Steps that learn from gradients which are computed elsewhere. */
final class GivenSteps implements RunSteps {

    private final TrainStep step;
    private final GradientSource source;

    GivenSteps(TrainStep step, GradientSource source) {
        this.step = step;
        this.source = source;
    }

    @Override
    public String identity() {
        return source.identity();
    }

    @Override
    public int count() {
        return source.count();
    }

    @Override
    public void prepare() {
        step.prepare(source);
    }

    @Override
    public Epoch epoch(int epoch, int from, Observation observation, SavedRun saved) {
        FlatVariables variables = step.prepare(source);
        return new Epoch() {
            private int next = from;
            private long examples;
            private long waited;

            @Override
            public boolean hasNext() {
                return next < source.count();
            }

            @Override
            public StepResult next() {
                long start = System.nanoTime();
                GradientSource.Means means = compute(epoch, next, variables, saved);
                waited += System.nanoTime() - start;
                long update = source.lastUpdate(epoch, next);
                next++;
                examples = means.examples();
                return step.run(means, update);
            }

            @Override
            public long examples() {
                return examples;
            }

            @Override
            public Duration waited() {
                return Duration.ofNanos(waited);
            }

            @Override
            public void close() {}
        };
    }

    private GradientSource.Means compute(int epoch, int next, FlatVariables variables, SavedRun saved) {
        try {
            return source.compute(epoch, next, variables);
        } catch (RuntimeException e) {
            String message = "step " + (step.steps() + 1)
                    + ": its gradients could not be computed, and no weight was changed. " + saved.goesOn()
                    + ". The cause: " + e.getMessage();
            throw e instanceof DataException ? new DataException(message, e) : new BatonException(message, e);
        }
    }
}
