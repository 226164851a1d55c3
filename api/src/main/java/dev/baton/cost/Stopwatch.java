package dev.baton.cost;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import java.util.ArrayList;
import java.util.Map;

/** Times programs on a session. */
final class Stopwatch {

    private static final NDArray[] NOTHING = {};
    private static final int LEAST_ROUNDS = 3;
    private static final int MOST_ROUNDS = 10;

    private final Session session;
    private final NDArray end = NDArray.zeros(DType.FLOAT32, Shape.scalar());

    Stopwatch(Session session) {
        this.session = session;
    }

    /**
     * The seconds of one run: the lower quartile of some rounds, which what else the machine does touches little.
     *
     * @param graph without inputs, whose last output is a float32 number
     * @param budget seconds that measuring it may take, where it takes no longer than that to run it five times
     */
    double seconds(Graph graph, double budget) {
        try (Plan plan = session.compile(graph, Map.of())) {
            int output = graph.outputs().size() - 1;
            long start = System.nanoTime();
            // The first touches its memory for the first time.
            run(plan, output, 1);
            double once = Math.max(1e-6, run(plan, output, 1));
            int runs = (int) Math.max(1, Math.min(10_000, budget / MOST_ROUNDS / once));
            var rounds = new ArrayList<Double>();
            while (rounds.size() < LEAST_ROUNDS
                    || rounds.size() < MOST_ROUNDS && (System.nanoTime() - start) / 1e9 < budget) {
                rounds.add(run(plan, output, runs));
            }
            rounds.sort(null);
            return rounds.get(rounds.size() / 4);
        }
    }

    /** The seconds of a run among so many. Reading an output waits for the device. */
    private double run(Plan plan, int output, int runs) {
        long start = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            plan.run(NOTHING);
        }
        plan.read(output, end);
        return (System.nanoTime() - start) / 1e9 / runs;
    }
}
