package dev.baton.cpu;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.Dropout;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;
import java.io.IOException;
import java.util.Random;

/**
 * A process that trains a small network and prints its anonymous resident memory on the way, one line {@code STEP
 * KILOBYTES} for each step named on the command line, in their order.
 */
public final class TrainingProcess {

    private static final int FEATURES = 16;
    private static final int CLASSES = 4;

    private TrainingProcess() {}

    public static void main(String[] steps) throws IOException {
        var model = Sequential.of(
                new Linear(FEATURES, 32),
                new ReLU(),
                new Dropout(0.1),
                new Linear(32, 32),
                new ReLU(),
                new Linear(32, CLASSES));
        Batch full = batch(8);
        Batch last = batch(5);
        MemoryProcess.residentKilobytes(); // Loads the classes that reading takes.
        try (var session = Session.open("cpu", 1);
                var step = TrainStep.of(session, model, Losses.crossEntropy().labelSmoothing(0.1), AdamW.of(1e-3))) {
            int done = 0;
            for (String until : steps) {
                for (; done < Integer.parseInt(until); done++) {
                    // As in an epoch whose last batch is smaller: two plans take turns.
                    step.run(done % 10 == 9 ? last : full);
                }
                System.out.println(done + " " + MemoryProcess.residentKilobytes());
            }
        }
    }

    private static Batch batch(int size) {
        var random = new Random(size);
        var inputs = new float[size * FEATURES];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextGaussian();
        }
        int[] labels = random.ints(size, 0, CLASSES).toArray();
        return new Batch(NDArray.of(Shape.of(size, FEATURES), inputs), NDArray.of(Shape.of(size), labels));
    }
}
