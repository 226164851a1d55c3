package dev.baton.cpu;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.cost.Cost;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.model.Mlp;
import dev.baton.model.ResNet;
import dev.baton.nn.Layer;
import dev.baton.optim.Adam;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;
import java.io.IOException;
import java.util.Arrays;

/** Prints the memory that a training step was predicted to take, and what the process has grown by: a line a network. */
final class PriceProcess {

    private static final int BATCH = 64;
    private static final int SESSIONS = 5;

    private PriceProcess() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        print(Mlp.of(2000, 2000, 1000, 10), Shape.of(2000));
        print(ResNet.cifar20(10), Shape.of(3, 32, 32));
    }

    private static void print(Layer model, Shape example) throws IOException, InterruptedException {
        Adam adam = Adam.of(1e-3);
        long predicted = Cost.of(model, example)
                .optimizer(adam)
                .trainingStep(BATCH, "cpu")
                .resident();
        var batch = new Batch(
                NDArray.zeros(DType.FLOAT32, example.prepend(Dim.of(BATCH))),
                NDArray.zeros(DType.INT32, Shape.of(BATCH)));
        var grown = new long[SESSIONS];
        // The first sessions make the code and what the library of products keeps.
        for (int i = -2; i < SESSIONS; i++) {
            collect();
            try (var session = Session.open("cpu");
                    TrainStep step = TrainStep.of(session, model, Losses.crossEntropy(), adam)) {
                long before = MemoryProcess.residentKilobytes();
                step.run(batch);
                collect();
                if (i >= 0) {
                    grown[i] = 1024 * (MemoryProcess.residentKilobytes() - before);
                }
            }
        }
        Arrays.sort(grown);
        System.out.println(predicted + " " + grown[SESSIONS / 2]);
    }

    /** The first values of large weights lie outside of the heap until they are collected, on a thread of the collector's. */
    private static void collect() throws InterruptedException {
        System.gc();
        Thread.sleep(100);
    }
}
