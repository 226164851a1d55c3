package dev.baton.benchmarks.compare;

import dev.baton.benchmarks.compare.Row.Better;
import dev.baton.benchmarks.compare.Row.Judged;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The table: what is asked of Baton beside the fastest, or the leanest, peer. */
final class Rows {

    private static final int ADAM = 2;
    private static final int MOMENTUM = 1;

    private static final int CONTEXT = 64;

    static final List<Row> ALL = List.of(
            rate("MLP training", "mlp-train", "train", "samples/s", 1.5, 1.8, Work.MLP.training(128, ADAM, 1)),
            rate("CNN training", "cnn-train", "train", "samples/s", 1.3, 1.5, Work.CNN.training(64, MOMENTUM, 1)),
            rate(
                    "ResNet-20 training",
                    "resnet20-train",
                    "train",
                    "samples/s",
                    1.3,
                    1.5,
                    Work.RESNET20.training(64, MOMENTUM, 1)),
            rate("GPT training", "gpt-train", "train", "tokens/s", 1.3, 1.6, Work.GPT.training(12, ADAM, CONTEXT)),
            rate("LSTM training", "lstm-train", "train", "tokens/s", 1.4, 1.8, Work.LSTM.training(32, ADAM, CONTEXT)),
            latency("MLP, batch 1, median", "mlp-infer", 0.6, 0.5, Work.MLP.inference(1)),
            latency("CNN, batch 1, median", "cnn-infer", 0.35, 0.2, Work.CNN.inference(1)),
            latency("ResNet-20, batch 1, median", "resnet20-infer", 0.35, 0.25, Work.RESNET20.inference(1)),
            tail("MLP, batch 1, p99 / median", "mlp-infer"),
            tail("CNN, batch 1, p99 / median", "cnn-infer"),
            tail("ResNet-20, batch 1, p99 / median", "resnet20-infer"),
            rate("MLP, batch 64", "mlp-infer", "batch64-infer", "samples/s", 1.2, 1.35, Work.MLP.inference(64)),
            rate("CNN, batch 64", "cnn-infer", "batch64-infer", "samples/s", 1.3, 1.5, Work.CNN.inference(64)),
            rate(
                    "ResNet-20, batch 64",
                    "resnet20-infer",
                    "batch64-infer",
                    "samples/s",
                    1.2,
                    1.4,
                    Work.RESNET20.inference(64)),
            rate("GPT generation", "gpt-generate", "generate", "tokens/s", 1.6, 2.5, Work.generation()),
            cached("GPT generation with caches", "gpt-generate", "generate", "tokens/s", 2),
            product(512),
            product(1024),
            product(2048),
            new Row(
                    "MLP training beside a busy core",
                    "of its quiet speed",
                    "mlp-train",
                    Better.MORE,
                    Judged.VALUE,
                    0.45,
                    0.5,
                    (measurements, framework) -> measurements.shareOfQuiet(framework, "mlp-train", "train"),
                    null),
            rounded("MLP training with bfloat16", "mlp-train"),
            rounded("CNN training with bfloat16", "cnn-train"),
            footprint("MLP training, peak memory", "mlp-train", "peak-memory", "MiB", 1 / 2.0),
            footprint("CNN training, peak memory", "cnn-train", "peak-memory", "MiB", 1 / 2.0),
            footprint("ResNet-20 training, peak memory", "resnet20-train", "peak-memory", "MiB", 1 / 2.0),
            footprint("GPT training, peak memory", "gpt-train", "peak-memory", "MiB", 1 / 2.0),
            footprint("LSTM training, peak memory", "lstm-train", "peak-memory", "MiB", 1 / 2.0),
            footprint("MLP training, JVM start to first step", "mlp-train", "first-step", "ms", 1 / 3.0));

    private Rows() {}

    /** The workloads of the rows. */
    static List<String> workloads() {
        return ALL.stream().map(Row::workload).distinct().toList();
    }

    /** The numbers of bytes whose bandwidth the floors need. */
    static List<Long> bytes() {
        return ALL.stream()
                .flatMap(row -> Stream.ofNullable(row.work()))
                .map(Work::bytes)
                .distinct()
                .sorted()
                .toList();
    }

    /** The table: rows that somebody was measured for. */
    static List<Judgement> judge(Measurements measurements, List<String> peers, Ceilings ceilings) {
        return ALL.stream()
                .map(row -> row.judge(measurements, peers, ceilings))
                .filter(judgement -> judgement.baton() != null || judgement.peer() != null)
                .toList();
    }

    private static Row rate(
            String title, String workload, String metric, String unit, double must, double aim, Work work) {
        Row.Value value =
                (measurements, framework) -> measurements.median(framework, Condition.QUIET, workload, metric);
        return new Row(title, unit, workload, Better.MORE, Judged.RATIO, must, aim, value, work);
    }

    private static Row latency(String title, String workload, double must, double aim, Work work) {
        Row.Value value = (measurements, framework) ->
                measurements.median(framework, Condition.QUIET, workload, "batch1-latency-median");
        return new Row(title, "us", workload, Better.LESS, Judged.RATIO, must, aim, value, work);
    }

    private static Row tail(String title, String workload) {
        Row.Value value = (measurements, framework) -> measurements.tail(framework, workload, "batch1-latency");
        return new Row(title, "best round", workload, Better.LESS, Judged.VALUE, 2, null, value, null);
    }

    private static Row product(long size) {
        return rate("Product of " + size, "sgemm", "sgemm-" + size, "GFLOP/s", 0.97, 1.05, Work.product(size));
    }

    /** The same tokens by Baton with caches, and by the peers without. */
    private static Row cached(String title, String workload, String metric, String unit, double must) {
        Row.Value value = (measurements, framework) -> {
            OptionalDouble own = measurements.median(Row.BATON, Condition.QUIET, workload + Settings.CACHED, metric);
            return framework.equals(Row.BATON) || own.isEmpty()
                    ? own
                    : measurements.median(framework, Condition.QUIET, workload, metric);
        };
        return new Row(title, unit, workload + Settings.CACHED, Better.MORE, Judged.RATIO, must, null, value, null);
    }

    /** Products of bfloat16 beside Baton's own of float32. */
    private static Row rounded(String title, String workload) {
        Row.Value value = (measurements, framework) ->
                measurements.ratio(framework, workload + Settings.BFLOAT16, workload, "train");
        return new Row(
                title,
                "of its float32 speed",
                workload + Settings.BFLOAT16,
                Better.MORE,
                Judged.VALUE,
                1.4,
                null,
                value,
                null);
    }

    private static Row footprint(String title, String workload, String metric, String unit, double must) {
        Row.Value value =
                (measurements, framework) -> measurements.median(framework, Condition.FOOTPRINT, workload, metric);
        return new Row(title, unit, workload, Better.LESS, Judged.RATIO, must, null, value, null);
    }
}
