package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.infer.Predictor;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;

/** The workloads that answer: one example at a time, and 64 at once. */
final class Inference {

    private static final int BATCH = 64;

    private Inference() {}

    /** Measures a model with the weights that it begins with. */
    static void run(Bench bench, Layer model, long... example) throws Exception {
        NDArray one = Synthetic.normal(300, Shape.of(example).prepend(Dim.of(1)));
        NDArray many = Synthetic.normal(301, Shape.of(example).prepend(Dim.of(BATCH)));
        try (var session = Session.open();
                var predictor = Predictor.of(session, model)) {
            Bench.note("%s", session.device());
            bench.latency("batch1-latency", () -> predictor.predict(one));
            bench.rate("batch64-infer", "samples/s", BATCH, () -> predictor.predict(many));
        }
    }
}
