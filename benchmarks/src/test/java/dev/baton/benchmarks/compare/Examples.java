package dev.baton.benchmarks.compare;

import java.util.List;

/** Lines as the protocol gives them. */
final class Examples {

    private Examples() {}

    static Measurement line(
            String framework, Condition condition, String workload, String metric, int round, double median) {
        return new Measurement(
                framework, "1.0", workload, metric, "units", median, median, median, 2, 0, condition, round);
    }

    static Measurement line(String framework, Condition condition, double others) {
        return new Measurement(framework, "1.0", "mlp-train", "train", "samples/s", 1, 1, 1, 2, others, condition, 1);
    }

    static Settings settings(boolean wholeTable, String... workloads) {
        return new Settings(List.of(workloads), List.of("pytorch", "djl"), 3, 2, wholeTable, "", 60);
    }
}
