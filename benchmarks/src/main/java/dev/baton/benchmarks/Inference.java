package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.infer.Predictor;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import java.util.function.Supplier;

/**
 * A workload that answers: one example at a time, and 64 at once.
 *
 * @param network makes the network anew
 * @param example the shape of one example
 */
record Inference(Supplier<Layer> network, Shape example) {

    /** How many examples at once. */
    static final int BATCH = 64;

    /** So many examples. */
    NDArray inputs(long seed, int batch) {
        return Synthetic.normal(seed, example.prepend(Dim.of(batch)));
    }

    /** Measures the network with the weights that it begins with. */
    void run(Bench bench) throws Exception {
        NDArray one = inputs(300, 1);
        NDArray many = inputs(301, BATCH);
        try (var session = Session.open();
                var predictor = Predictor.of(session, network.get())) {
            Bench.note("%s", session.device());
            bench.latency("batch1-latency", () -> predictor.predict(one));
            bench.rate("batch64-infer", "samples/s", BATCH, () -> predictor.predict(many));
        }
    }
}
