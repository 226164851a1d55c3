package dev.baton.benchmarks.kernels;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** The command {@code kernels.sh}: measures the kernels whose names contain one of the arguments, or all. */
public final class KernelBenchmarks {

    private KernelBenchmarks() {}

    public static void main(String[] words) throws RunnerException {
        List<String> chosen = chosen(words);
        if (chosen.isEmpty()) {
            System.err.println("kernels.sh: no kernel has any of " + Arrays.toString(words)
                    + " in its name; there are:\n  " + String.join("\n  ", Kernels.ALL.keySet()));
            System.exit(2);
        }
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(KernelBenchmark.class.getName())
                        .param("kernel", chosen.toArray(String[]::new))
                        .build())
                .run();
        System.out.printf(Locale.ROOT, "%n%-42s %12s %10s %10s%n", "kernel", "us", "+-", "GFLOP/s");
        for (RunResult result : results) {
            String name = result.getParams().getParam("kernel");
            double microseconds = result.getPrimaryResult().getScore();
            // Bound to no sizes, a graph is rewritten, and so loses what nothing needs, as it does when it is compiled.
            long operations = Kernels.ALL.get(name).get().graph().bind(Map.of()).operations();
            System.out.printf(
                    Locale.ROOT,
                    "%-42s %12.2f %10.2f %10.1f%n",
                    name,
                    microseconds,
                    result.getPrimaryResult().getScoreError(),
                    operations * 1e-3 / microseconds);
        }
    }

    static List<String> chosen(String... words) {
        return Kernels.ALL.keySet().stream()
                .filter(name -> words.length == 0 || Arrays.stream(words).anyMatch(name::contains))
                .toList();
    }
}
