package dev.baton.benchmarks;

import dev.baton.data.Batch;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import dev.baton.train.TrainStep;
import dev.baton.train.Watch;
import java.util.Arrays;
import java.util.Locale;

/**
 * What it costs to examine steps as often as {@link Watch#usual} does: pairs of runs of as many steps as lie between two
 * that are examined, one with such a step and one without, in turn and every second pair the other way round. Prints the
 * median of the ratios of their times, and the interval that holds the true median in 95 of 100 such measurements.
 *
 * <p>Arguments: a workload such as {@code mlp-train}, and the number of pairs, 40 where it is not given.
 */
public final class Watching {

    private static final int BATCHES = 4;

    private Watching() {}

    public static void main(String[] arguments) {
        String name = arguments[0];
        int pairs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 40;
        Training training = Workloads.training().get(name);
        Batch[] batches = new Batch[BATCHES];
        Arrays.setAll(batches, i -> new Batch(training.inputs(i), training.labels(i)));
        int steps = Watch.usual().everySteps();
        Layer model = training.network().get();
        var ratios = new double[pairs];
        double examined = 0;
        try (var session = Session.open();
                TrainStep step = training.step(session, model)) {
            // Both programs are traced, compiled and warm before anything is timed.
            run(step, batches, steps, true);
            for (int pair = 0; pair < pairs; pair++) {
                boolean first = pair % 2 == 0;
                long one = run(step, batches, steps, first);
                long other = run(step, batches, steps, !first);
                ratios[pair] = first ? (double) one / other : (double) other / one;
            }
            examined = examinedOverPlain(step, batches[0]);
        }
        Arrays.sort(ratios);
        // The order statistics around the median that a binomial distribution gives.
        int away = (int) Math.ceil(0.98 * Math.sqrt(pairs));
        System.out.printf(
                Locale.ROOT,
                "%s: one step in %d examined: %.4f times as long (%.4f to %.4f, %d pairs); an examined step takes as long "
                        + "as %.2f others%n",
                name,
                steps,
                ratios[pairs / 2],
                ratios[Math.max(0, pairs / 2 - away)],
                ratios[Math.min(pairs - 1, pairs / 2 + away)],
                pairs,
                examined);
    }

    private static long run(TrainStep step, Batch[] batches, int steps, boolean examining) {
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            if (examining && i == steps / 2) {
                step.examine(batches[i % BATCHES]);
            } else {
                step.run(batches[i % BATCHES]);
            }
        }
        return System.nanoTime() - start;
    }

    private static double examinedOverPlain(TrainStep step, Batch batch) {
        int rounds = 20;
        var ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            step.run(batch);
            long between = System.nanoTime();
            step.examine(batch);
            ratios[i] = (double) (System.nanoTime() - between) / (between - start);
        }
        Arrays.sort(ratios);
        return ratios[rounds / 2];
    }
}
