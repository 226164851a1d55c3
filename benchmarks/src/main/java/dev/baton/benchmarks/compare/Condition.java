package dev.baton.benchmarks.compare;

import java.util.List;
import java.util.Locale;

/** What a workload is measured under. */
enum Condition {
    /** Alone, on a heap so large that nobody waits for the collector: speed. */
    QUIET("-Xms1g -Xmx4g", List.of()),

    /** As above, but beside a process that keeps one core busy. */
    BUSY_CORE("-Xms1g -Xmx4g", List.of()),

    /**
     * Memory and the time to the first step. A heap that begins large fills with garbage before the first collection,
     * and the resident memory would be that of the garbage: this one begins small and grows by what has to be kept. The
     * most memory is used in the first steps, so the run is short.
     */
    FOOTPRINT("-XX:+UseSerialGC -Xms16m -Xmx4g", List.of("-Dbench.warm=0.5", "-Dbench.round=0.5", "-Dbench.rounds=1"));

    private final String heap;
    private final List<String> options;

    Condition(String heap, List<String> options) {
        this.heap = heap;
        this.options = options;
    }

    /** The JVM's options for its heap, the same for all frameworks. */
    String heap() {
        return heap;
    }

    /** More options, which come last and win. */
    List<String> options() {
        return options;
    }

    /** For instance {@code busy core}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
