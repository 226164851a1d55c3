package dev.baton.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * What is compared, and how.
 *
 * @param wholeTable whether memory, the time to the first step, and the speed beside a busy core are measured as well
 * @param javaOptions the JVM's options for everyone, of the variable {@code JAVA_OPTS}
 * @param limitSeconds after which one run counts as failed
 */
record Settings(
        List<String> workloads,
        List<String> peers,
        int rounds,
        int threads,
        boolean wholeTable,
        String javaOptions,
        long limitSeconds) {

    /** What ends the name of a workload whose products are of bfloat16. */
    static final String BFLOAT16 = "-bfloat16";

    /** What ends the name of a workload whose keys and values are kept. */
    static final String CACHED = "-cached";

    /** Whether a workload is one that Baton alone has. */
    static boolean isBatonsOwn(String workload) {
        return workload.endsWith(BFLOAT16) || workload.endsWith(CACHED);
    }

    /** Something to run in each round. */
    record Task(String workload, Condition condition) {}

    /** What is compared with a workload of Baton's own comes right behind it: a machine changes within a round. */
    List<Task> tasks() {
        var tasks = new ArrayList<Task>();
        for (String workload : workloads) {
            if (isBatonsOwn(workload) && workloads.contains(original(workload))) {
                continue;
            }
            for (Condition condition : conditions(workload)) {
                tasks.add(new Task(workload, condition));
                if (condition == Condition.QUIET) {
                    workloads.stream()
                            .filter(own -> isBatonsOwn(own) && original(own).equals(workload))
                            .forEach(own -> tasks.add(new Task(own, Condition.QUIET)));
                }
            }
        }
        return List.copyOf(tasks);
    }

    /** The workload that one of Baton's own is compared with. */
    private static String original(String own) {
        return own.replace(BFLOAT16, "").replace(CACHED, "");
    }

    private List<Condition> conditions(String workload) {
        if (!wholeTable || !workload.endsWith("-train")) {
            return List.of(Condition.QUIET);
        }
        return workload.equals("mlp-train")
                ? List.of(Condition.QUIET, Condition.BUSY_CORE, Condition.FOOTPRINT)
                : List.of(Condition.QUIET, Condition.FOOTPRINT);
    }
}
