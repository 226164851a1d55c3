package dev.baton.cost;

import dev.baton.NDArray;
import dev.baton.graph.Graph;
import dev.baton.graph.TensorType;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Times programs on a session. */
final class Stopwatch {

    private static final int LEAST_ROUNDS = 3;
    private static final int MOST_ROUNDS = 10;

    private final Session session;

    Stopwatch(Session session) {
        this.session = session;
    }

    /**
     * The seconds of one run: the lower quartile of some rounds, which what else the machine does touches little.
     *
     * @param graph whose last output is small; inputs are small random numbers
     * @param budget seconds that measuring it may take, where it takes no longer than that to run it five times
     */
    double seconds(Graph graph, double budget) {
        try (Plan plan = session.compile(graph, Map.of())) {
            var run = new Timed(plan, graph);
            long start = System.nanoTime();
            // The first touches its memory for the first time.
            run.seconds(1);
            double once = Math.max(1e-6, run.seconds(1));
            int runs = (int) Math.max(1, Math.min(10_000, budget / MOST_ROUNDS / once));
            var rounds = new ArrayList<Double>();
            while (rounds.size() < LEAST_ROUNDS
                    || rounds.size() < MOST_ROUNDS && (System.nanoTime() - start) / 1e9 < budget) {
                rounds.add(run.seconds(runs));
            }
            rounds.sort(null);
            return rounds.get(rounds.size() / 4);
        }
    }

    private static final class Timed {

        private final Plan plan;
        private final NDArray[] inputs;
        private final int output;
        private final NDArray end;

        Timed(Plan plan, Graph graph) {
            this.plan = plan;
            this.inputs = graph.inputs().values().stream()
                    .map(input -> Isolated.fill(input.type()))
                    .toArray(NDArray[]::new);
            this.output = graph.outputs().size() - 1;
            TensorType type = List.copyOf(graph.outputs().values()).get(output).type();
            this.end = NDArray.zeros(type.dtype(), type.shape());
        }

        /** The seconds of a run among so many. Reading an output waits for the device. */
        double seconds(int runs) {
            long start = System.nanoTime();
            for (int i = 0; i < runs; i++) {
                plan.run(inputs);
            }
            plan.read(output, end);
            return (System.nanoTime() - start) / 1e9 / runs;
        }
    }
}
