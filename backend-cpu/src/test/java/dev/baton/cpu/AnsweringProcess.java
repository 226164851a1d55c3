package dev.baton.cpu;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.infer.MicroBatches;
import dev.baton.infer.Predictor;
import dev.baton.model.Mlp;
import dev.baton.runtime.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A process whose threads ask one predictor, directly and by micro-batches, and that prints its anonymous resident memory on
 * the way, one line {@code CALLS KILOBYTES} for each number of calls on the command line, in their order.
 */
public final class AnsweringProcess {

    private static final int THREADS = 4;
    private static final int FEATURES = 20;

    private AnsweringProcess() {}

    public static void main(String[] calls) throws Exception {
        System.setProperty(CpuProvider.THREADS, "2");
        MemoryProcess.residentKilobytes(); // Loads the classes that reading takes.
        var example = new float[FEATURES];
        var threads = Executors.newFixedThreadPool(THREADS);
        try (var session = Session.open("cpu", 1);
                var predictor = Predictor.of(session, Mlp.of(FEATURES, 32, 5))) {
            predictor.warmUp(DType.FLOAT32, Shape.of(FEATURES));
            try (var batches = MicroBatches.of(predictor)
                    .atMost(4)
                    .within(Duration.ofNanos(1))
                    .open()) {
                int done = 0;
                for (String until : calls) {
                    int more = Integer.parseInt(until) - done;
                    var asking = new ArrayList<Future<?>>();
                    for (int thread = 0; thread < THREADS; thread++) {
                        asking.add(threads.submit(() -> {
                            for (int i = 0; i < more / THREADS; i++) {
                                if (i % 10 == 0) {
                                    batches.predict(example);
                                } else {
                                    predictor.predict(example);
                                }
                            }
                        }));
                    }
                    for (Future<?> one : asking) {
                        one.get();
                    }
                    done += more;
                    System.out.println(done + " " + MemoryProcess.residentKilobytes());
                }
            }
        } finally {
            threads.shutdown();
        }
    }
}
