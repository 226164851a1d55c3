package dev.baton.benchmarks.compare;

import com.fasterxml.jackson.annotation.JsonAlias;

/**
 * One line of the protocol of peers/README.md.
 *
 * @param framework {@code baton} or the name of a peer
 * @param median of what the process measured, as least and greatest
 * @param others the cores that other processes kept busy meanwhile
 * @param condition under which it was measured; the line itself does not say that
 * @param round of the comparison, from 1; the line itself does not say that
 */
record Measurement(
        @JsonAlias("peer") String framework,
        String version,
        String workload,
        String metric,
        String unit,
        double median,
        double min,
        double max,
        int threads,
        double others,
        Condition condition,
        int round) {}
