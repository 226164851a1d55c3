package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.DType;
import dev.baton.infer.MicroBatches;
import dev.baton.infer.Predictor;
import dev.baton.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Answers under load: threads that ask for one example after the other, of a predictor, and eight of them by micro-batches.
 * Arguments are names of the workloads that answer, all where there is none; {@code million-calls} makes so many with eight
 * threads, and so many again, and looks at memory.
 */
final class Load {

    static final String MILLION_CALLS = "million-calls";

    /** How many threads ask at the same time. */
    private static final int[] CALLERS = {1, 2, 8};

    private static final int MANY = 8;
    private static final double WARM_SECONDS = Double.parseDouble(System.getProperty("bench.warm", "3"));
    private static final double SECONDS = Double.parseDouble(System.getProperty("bench.round", "5"));
    private static final int MOST_TIMES = 1 << 20;

    private Load() {}

    /** One thread's calls, which go on until a time and note how long each took. */
    private static final class Caller {

        private long[] nanoseconds;
        private int count;

        private void call(UnaryOperator<float[]> model, float[] example, double seconds) {
            nanoseconds = new long[MOST_TIMES];
            count = 0;
            long begin = System.nanoTime();
            long end = begin + (long) (1e9 * seconds);
            while (begin < end && count < MOST_TIMES) {
                model.apply(example);
                long now = System.nanoTime();
                nanoseconds[count++] = now - begin;
                begin = now;
            }
        }
    }

    public static void main(String[] names) throws Exception {
        System.setProperty("baton.threads", Integer.toString(Bench.THREADS));
        measure(List.of(names));
    }

    /** Measures some workloads, all where none is named. */
    static void measure(List<String> names) throws Exception {
        if (names.contains(MILLION_CALLS)) {
            millionCalls(Workloads.inference().get("mlp-infer"));
            return;
        }
        System.out.printf(
                "%-16s %-14s %8s %12s %12s %12s %12s%n",
                "one example", "through", "threads", "answers/s", "median", "p99", "worst");
        for (var workload : Workloads.inference().entrySet()) {
            if (names.isEmpty() || names.contains(workload.getKey())) {
                measure(workload.getKey(), workload.getValue());
            }
        }
    }

    private static void measure(String name, Inference inference) throws Exception {
        float[] example = inference.inputs(300, 1).toFloatArray();
        try (Predictor predictor = predictor(inference)) {
            for (int callers : CALLERS) {
                line(name, "predictor", predictor::predict, example, callers);
            }
            try (var batches = MicroBatches.of(predictor)
                    .atMost(MANY)
                    .within(Duration.ofNanos(100_000))
                    .open()) {
                line(name, "micro-batches", batches::predict, example, MANY);
            }
        }
    }

    private static void line(String name, String through, UnaryOperator<float[]> model, float[] example, int threads)
            throws Exception {
        List<Caller> callers = callers(threads);
        inThreads(callers, caller -> caller.call(model, example, WARM_SECONDS));
        long start = System.nanoTime();
        inThreads(callers, caller -> caller.call(model, example, SECONDS));
        double seconds = (System.nanoTime() - start) / 1e9;
        long[] all = callers.stream()
                .flatMapToLong(caller -> Arrays.stream(caller.nanoseconds, 0, caller.count))
                .sorted()
                .toArray();
        System.out.printf(
                Locale.ROOT,
                "%-16s %-14s %8d %12.1f %9.1f us %9.1f us %9.1f us%n",
                name,
                through,
                threads,
                all.length / seconds,
                all[all.length / 2] / 1e3,
                all[(int) (all.length * 0.99)] / 1e3,
                all[all.length - 1] / 1e3);
    }

    private static List<Caller> callers(int threads) {
        return Stream.generate(Caller::new).limit(threads).toList();
    }

    private static Predictor predictor(Inference inference) {
        try (var session = Session.open()) {
            Predictor predictor = Predictor.of(session, inference.network().get());
            predictor.warmUp(DType.FLOAT32, inference.example());
            return predictor;
        }
    }

    private interface Work {
        void of(Caller caller) throws Exception;
    }

    private static void inThreads(List<Caller> callers, Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(callers.size());
        try {
            var done = new ArrayList<Future<?>>();
            for (Caller caller : callers) {
                done.add(threads.submit(() -> {
                    work.of(caller);
                    return null;
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    private static void millionCalls(Inference inference) throws Exception {
        float[] example = inference.inputs(300, 1).toFloatArray();
        try (Predictor predictor = predictor(inference)) {
            for (int calls : new int[] {100_000, 1_000_000, 1_000_000}) {
                inThreads(callers(MANY), caller -> {
                    for (int i = 0; i < calls / MANY; i++) {
                        predictor.predict(example);
                    }
                });
                System.gc();
                Thread.sleep(200);
                Runtime heap = Runtime.getRuntime();
                System.out.printf(
                        Locale.ROOT,
                        "after %,9d more calls: RssAnon %,d kB, heap %,d kB%n",
                        calls,
                        anonymousKilobytes(),
                        (heap.totalMemory() - heap.freeMemory()) / 1024);
            }
        }
    }

    private static long anonymousKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
