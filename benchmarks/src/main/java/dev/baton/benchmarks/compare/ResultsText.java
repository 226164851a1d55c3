package dev.baton.benchmarks.compare;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Results for people, as Markdown that can be read as it is. */
final class ResultsText {

    /** Cores that others may keep busy before numbers mean nothing. */
    private static final double QUIET_ENOUGH = 0.1;

    private ResultsText() {}

    /** RESULTS.md: each comparison with its machine, in the order in which they are given. */
    static String page(List<Results> comparisons) {
        var text = new StringBuilder("# Results\n\n");
        text.append("Written by `compare.sh --record`; [README.md](README.md) says how it is measured and what the ")
                .append("columns mean.\n");
        for (Results results : comparisons) {
            text.append("\n## ").append(results.date()).append("\n\n").append(about(results));
            text.append('\n').append(all(results));
        }
        return text.toString();
    }

    /** The table, the medians of every framework, and what is to be known about them. */
    static String all(Results results) {
        List<Judgement> rows = results.table();
        return table(rows) + "\n" + count(rows) + "\n\nMedians over the rounds (least to greatest):\n\n"
                + medians(results) + "\n" + notes(results);
    }

    private static String count(List<Judgement> rows) {
        long met = rows.stream().filter(row -> Boolean.TRUE.equals(row.met())).count();
        long judged = rows.stream().filter(row -> row.met() != null).count();
        return met + " of " + rows.size() + " rows have what they must, " + (judged - met) + " have not, "
                + (rows.size() - judged) + " cannot be judged.";
    }

    private static String about(Results results) {
        Machine machine = results.machine();
        var text = new StringBuilder();
        item(text, "Baton", "commit " + machine.commit());
        item(
                text,
                "Machine",
                machine.processor() + ", " + machine.cores() + " cores, " + machine.memory() + ", " + machine.system());
        item(text, "Java", machine.java());
        item(
                text,
                "Measured",
                results.rounds() + " rounds, " + results.settings().threads() + " threads"
                        + (results.settings().javaOptions().isEmpty()
                                ? ""
                                : ", JAVA_OPTS=\"" + results.settings().javaOptions() + "\""));
        item(
                text,
                "Versions",
                results.versions().entrySet().stream()
                        .map(version -> version.getKey() + " " + version.getValue())
                        .collect(Collectors.joining(", ")));
        if (results.ceilings() != null) {
            item(text, "Ceilings", ceilings(results.ceilings()));
        }
        return text.toString();
    }

    private static void item(StringBuilder text, String name, String value) {
        text.append("- ").append(name).append(": ").append(value).append('\n');
    }

    private static String ceilings(Ceilings ceilings) {
        String bandwidths = ceilings.bandwidths().entrySet().stream()
                .map(each ->
                        String.format(Locale.ROOT, "%.1f of %.1f MB", each.getValue() * 1e-9, each.getKey() * 1e-6))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%.1f GFLOP/s (%s, %d threads); GB/s, read again and again: %s",
                2e-9 * ceilings.multiplyAdds(),
                ceilings.instructions(),
                ceilings.threads(),
                bandwidths);
    }

    static String table(List<Judgement> rows) {
        var table = new MarkdownTable(
                3,
                List.of(
                        "row",
                        "best peer",
                        "unit",
                        "Baton",
                        "peer",
                        "ratio",
                        "must",
                        "met",
                        "aim",
                        "reached",
                        "of its floor",
                        "peer's"));
        for (Judgement row : rows) {
            table.add(List.of(
                    row.row(),
                    row.peer() == null ? Numbers.NONE : row.peer(),
                    row.unit(),
                    Numbers.of(row.baton()),
                    Numbers.of(row.peerValue()),
                    Numbers.of(row.ratio()),
                    row.must(),
                    Numbers.yesOrNo(row.met()),
                    row.aim() == null ? Numbers.NONE : row.aim(),
                    Numbers.yesOrNo(row.aimReached()),
                    Numbers.percent(row.shareOfFloor()),
                    Numbers.percent(row.peerShareOfFloor())));
        }
        return table.toString();
    }

    private record Metric(Condition condition, String workload, String metric, String unit) {}

    private static String medians(Results results) {
        var measurements = new Measurements(results.measurements());
        List<String> frameworks = results.measured();
        var header = new ArrayList<>(List.of("workload", "metric", "condition", "unit"));
        header.addAll(frameworks);
        var table = new MarkdownTable(4, header);
        for (Metric metric : metrics(results)) {
            var line = new ArrayList<>(List.of(
                    metric.workload(), metric.metric(), metric.condition().toString(), metric.unit()));
            frameworks.forEach(framework -> line.add(median(measurements, framework, metric)));
            table.add(line);
        }
        return table.toString();
    }

    /** Of runs for memory the speed means nothing, of all others the memory. */
    private static Iterable<Metric> metrics(Results results) {
        return results.measurements().stream()
                .filter(each -> (each.condition() == Condition.FOOTPRINT) == isFootprint(each.metric()))
                .map(each -> new Metric(each.condition(), each.workload(), each.metric(), each.unit()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static boolean isFootprint(String metric) {
        return metric.equals("peak-memory") || metric.equals("first-step");
    }

    private static String median(Measurements measurements, String framework, Metric metric) {
        double[] values = measurements
                .of(framework, metric.condition(), metric.workload(), metric.metric())
                .mapToDouble(Measurement::median)
                .sorted()
                .toArray();
        if (values.length == 0) {
            return Numbers.NONE;
        }
        String median = Numbers.of(Measurements.median(values).getAsDouble());
        return values.length == 1
                ? median
                : median + " (" + Numbers.of(values[0]) + " to " + Numbers.of(values[values.length - 1]) + ")";
    }

    private static String notes(Results results) {
        var text = new StringBuilder();
        for (Failure failure : results.failures()) {
            text.append("- not measured: ").append(failure).append('\n');
        }
        double others = new Measurements(results.measurements()).others();
        text.append(String.format(Locale.ROOT, "- other processes kept up to %.2f cores busy", others));
        text.append(
                others > QUIET_ENOUGH
                        ? ": these numbers are not worth comparing, measure again on a quiet machine.\n"
                        : ".\n");
        return text.toString();
    }
}
