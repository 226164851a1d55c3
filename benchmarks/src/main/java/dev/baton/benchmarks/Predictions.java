package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.cost.Estimate;
import dev.baton.cost.Hardware;
import dev.baton.data.Batch;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import dev.baton.train.Epochs;
import dev.baton.train.TrainStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The predicted time and memory of training steps beside the measured: the workloads, and {@link SmallNetworks}. Names are the
 * arguments, all where there is none.
 */
final class Predictions {

    private static final int ROUNDS = 40;
    private static final int MEMORY_ROUNDS = 5;
    private static final double ROUND_SECONDS = 0.05;

    private Predictions() {}

    public static void main(String[] names) {
        System.setProperty("baton.threads", Integer.toString(Bench.THREADS));
        long start = System.nanoTime();
        Hardware here = Hardware.thisMachine();
        System.out.printf(Locale.ROOT, "%s%ncalibrated in %.1f s%n", here, (System.nanoTime() - start) / 1e9);
        var wanted = List.of(names);
        System.out.printf(
                "%-16s %11s %11s %7s %12s %12s %7s%n",
                "training step", "predicted", "measured", "error", "memory", "RssAnon", "error");
        workloads().forEach((name, training) -> {
            if (wanted.isEmpty() || wanted.contains(name)) {
                line(name, training, here);
            }
        });
    }

    private static Map<String, Training> workloads() {
        var workloads = new LinkedHashMap<>(Workloads.training());
        workloads.putAll(SmallNetworks.tried());
        workloads.putAll(SmallNetworks.unseen());
        return workloads;
    }

    private static void line(String name, Training training, Hardware here) {
        Estimate estimate = training.cost().training(training.batch(), Epochs.of(1), here);
        Layer model = training.network().get();
        var batch = new Batch(training.inputs(0), training.labels(0));
        long grown = memory(training, batch);
        try (var session = Session.open();
                TrainStep step = training.step(session, model)) {
            double measured = seconds(step, batch);
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %8.3f ms %8.3f ms %6.1f%% %9.2f MB %9.2f MB %6.1f%%%n",
                    name,
                    1e3 * estimate.seconds(),
                    1e3 * measured,
                    100 * (estimate.seconds() / measured - 1),
                    estimate.memory() / 1e6,
                    grown / 1e6,
                    100.0 * estimate.memory() / grown - 100);
        }
    }

    /** The median of some sessions, after those with which the process has made its code and its buffers for products. */
    private static long memory(Training training, Batch batch) {
        var grown = new long[MEMORY_ROUNDS];
        for (int i = -2; i < MEMORY_ROUNDS; i++) {
            Layer model = training.network().get();
            collect();
            try (var session = Session.open();
                    TrainStep step = training.step(session, model)) {
                long before = anonymous();
                step.run(batch);
                collect();
                if (i >= 0) {
                    grown[i] = anonymous() - before;
                }
            }
        }
        Arrays.sort(grown);
        return grown[MEMORY_ROUNDS / 2];
    }

    /** The first values of large weights lie outside of the heap until they are collected, on a thread of the collector's. */
    private static void collect() {
        System.gc();
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The lower quartile of some rounds, which what else the machine does touches little. */
    private static double seconds(TrainStep step, Batch batch) {
        long start = System.nanoTime();
        int runs = 0;
        while (System.nanoTime() - start < 1e9 * ROUND_SECONDS || runs < 3) {
            step.run(batch);
            runs++;
        }
        var rounds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            for (int j = 0; j < runs; j++) {
                step.run(batch);
            }
            rounds[i] = (System.nanoTime() - begin) / 1e9 / runs;
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 4];
    }

    /** Resident memory of this process that no file is behind, in bytes; 0 where Linux does not say. */
    private static long anonymous() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }
}
