package dev.baton.benchmarks.compare;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** What one comparison measured, and its arithmetic. A framework that lacks a metric has no value there. */
final class Measurements {

    private final List<Measurement> all;

    Measurements(List<Measurement> all) {
        this.all = List.copyOf(all);
    }

    /** The middle one, or the mean of the two in the middle. */
    static OptionalDouble median(double... values) {
        if (values.length == 0) {
            return OptionalDouble.empty();
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return OptionalDouble.of(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    /** What a framework measured in all rounds. */
    Stream<Measurement> of(String framework, Condition condition, String workload, String metric) {
        return all.stream()
                .filter(each -> each.framework().equals(framework)
                        && each.condition() == condition
                        && each.workload().equals(workload)
                        && each.metric().equals(metric));
    }

    /** The median over the rounds. */
    OptionalDouble median(String framework, Condition condition, String workload, String metric) {
        return median(of(framework, condition, workload, metric)
                .mapToDouble(Measurement::median)
                .toArray());
    }

    /** The speed beside a busy core as a share of the framework's own speed without. */
    OptionalDouble shareOfQuiet(String framework, String workload, String metric) {
        OptionalDouble quiet = median(framework, Condition.QUIET, workload, metric);
        OptionalDouble busy = median(framework, Condition.BUSY_CORE, workload, metric);
        return quiet.isPresent() && busy.isPresent()
                ? OptionalDouble.of(busy.getAsDouble() / quiet.getAsDouble())
                : OptionalDouble.empty();
    }

    /** The speed of one workload over that of another. */
    OptionalDouble ratio(String framework, String workload, String other, String metric) {
        OptionalDouble speed = median(framework, Condition.QUIET, workload, metric);
        OptionalDouble otherSpeed = median(framework, Condition.QUIET, other, metric);
        return speed.isPresent() && otherSpeed.isPresent()
                ? OptionalDouble.of(speed.getAsDouble() / otherSpeed.getAsDouble())
                : OptionalDouble.empty();
    }

    /**
     * The 99th percentile of a latency over its median, in the best round: a disturbance makes it larger, nothing makes
     * it smaller.
     */
    OptionalDouble tail(String framework, String workload, String latency) {
        return of(framework, Condition.QUIET, workload, latency + "-p99")
                .flatMapToDouble(p99 -> of(framework, Condition.QUIET, workload, latency + "-median")
                        .filter(median -> median.round() == p99.round())
                        .mapToDouble(median -> p99.median() / median.median()))
                .min();
    }

    /** The most cores that other processes kept busy, where they should have kept none. */
    double others() {
        return all.stream()
                .filter(each -> each.condition() != Condition.BUSY_CORE)
                .mapToDouble(Measurement::others)
                .max()
                .orElse(0);
    }
}
