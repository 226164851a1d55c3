package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.Precision;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The workloads of the peers on Baton; names are the arguments, all of the peers' where there is none. The large ones, and
 * those of bfloat16, which not every processor has, run only where they are named.
 */
public final class Main {

    private Main() {}

    public static void main(String[] names) {
        System.setProperty("baton.threads", Integer.toString(Bench.THREADS));
        var workloads = new LinkedHashMap<String, Bench.Workload>();
        Workloads.training().forEach((name, training) -> workloads.put(name, in(training, Precision.FLOAT32)));
        var named = new HashSet<>(List.of(names));
        var trainings = new LinkedHashMap<>(Workloads.training());
        trainings.putAll(Workloads.large());
        trainings.forEach((name, training) -> {
            if (named.contains(name)) {
                workloads.put(name, in(training, Precision.FLOAT32));
            }
            String rounded = name + "-bfloat16";
            if (named.contains(rounded)) {
                workloads.put(rounded, in(training, Precision.BFLOAT16));
            }
        });
        Workloads.inference().forEach((name, inference) -> workloads.put(name, inference::run));
        for (String name : List.of("load", Load.MILLION_CALLS)) {
            if (named.contains(name)) {
                workloads.put(name, bench -> Load.measure(name.equals("load") ? List.of() : List.of(name)));
            }
        }
        workloads.put("gpt-generate", Generation::run);
        if (named.contains("gpt-generate-cached")) {
            workloads.put("gpt-generate-cached", Generation::runWithCaches);
        }
        if (named.contains("gpt-generate-256")) {
            workloads.put("gpt-generate-256", Generation::runWithLongerContext);
        }
        if (named.contains("gpt-generate-256-cached")) {
            workloads.put("gpt-generate-256-cached", Generation::runWithCachesOfLongerContext);
        }
        workloads.put("sgemm", Products::run);
        new Bench("baton", "0.1.0").main(names, workloads);
    }

    private static Bench.Workload in(Training training, Precision precision) {
        return bench -> training.run(bench, precision);
    }
}
