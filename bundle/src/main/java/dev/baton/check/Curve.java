package dev.baton.check;

import dev.baton.data.Batch;
import dev.baton.examples.Fingerprint;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;
import java.util.function.Supplier;

/**
 * A training. Labels are smoothed, so that the loss stays well above 0, where a relative difference says nothing.
 *
 * @param device that it ran on, in words
 * @param losses of all steps
 * @param weights the hash of those at the end
 */
record Curve(String device, float[] losses, String weights) {

    private static final long SEED = 1;

    /** Trains on a backend. */
    static Curve of(String backend, Task task, int steps) {
        Layer network = task.network();
        var losses = new float[steps];
        try (var session = Session.open(backend, SEED);
                var step =
                        TrainStep.of(session, network, Losses.crossEntropy().labelSmoothing(0.1), task.optimizer())) {
            Supplier<Batch> batches = task.batches();
            for (int i = 0; i < steps; i++) {
                losses[i] = step.run(batches.get()).loss();
            }
            return new Curve(session.device(), losses, Fingerprint.of(session, network));
        }
    }

    /** The mean of the losses from a step to one before another. */
    double mean(int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += losses[i];
        }
        return sum / (to - from);
    }
}
