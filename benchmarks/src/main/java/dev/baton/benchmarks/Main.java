package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.Precision;
import java.util.LinkedHashMap;
import java.util.List;

/** The workloads of the peers on Baton; names are the arguments, all where there is none. */
public final class Main {

    private Main() {}

    public static void main(String[] names) {
        System.setProperty("baton.threads", Integer.toString(Bench.THREADS));
        var workloads = new LinkedHashMap<String, Bench.Workload>();
        Workloads.training().forEach((name, training) -> {
            workloads.put(name, bench -> training.run(bench, Precision.FLOAT32));
            // Not every processor has these: only where they are asked for.
            String rounded = name + "-bfloat16";
            if (List.of(names).contains(rounded)) {
                workloads.put(rounded, bench -> training.run(bench, Precision.BFLOAT16));
            }
        });
        Workloads.inference().forEach((name, inference) -> workloads.put(name, inference::run));
        workloads.put("gpt-generate", Generation::run);
        workloads.put("sgemm", Products::run);
        new Bench("baton", "0.1.0").main(names, workloads);
    }
}
