package dev.baton.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The speed of training on a GPU: Baton beside PyTorch, from files with the lines that they printed. The status is 0 where
 * every target is reached, 1 where one is missed or Baton failed, 3 where one cannot be judged because PyTorch was not
 * measured.
 */
public final class GpuComparison {

    private static final String BATON = "baton";
    private static final String EAGER = "pytorch-eager";
    private static final String COMPILED = "pytorch-compiled";

    private static final int MISSED = 1;
    private static final int NOT_JUDGED = 3;

    private final List<GpuRow> rows;
    private final GpuLines lines;
    private final List<String> missed = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private int reached;

    GpuComparison(List<GpuRow> rows, GpuLines lines) {
        this.rows = rows;
        this.lines = lines;
    }

    /**
     * The arguments are the workloads to be judged, in one with blanks between, and the files; or {@code --bytes} alone: then
     * it prints the numbers of bytes that ceilings.py is to take.
     */
    public static void main(String[] arguments) throws IOException {
        if (List.of(arguments).equals(List.of("--bytes"))) {
            GpuRow.ALL.stream().map(row -> row.work().bytes()).distinct().forEach(System.out::println);
            return;
        }
        var all = new ArrayList<String>();
        List<String> workloads = List.of(arguments[0].split(" +"));
        for (int i = 1; i < arguments.length; i++) {
            all.addAll(Files.readAllLines(Path.of(arguments[i])));
        }
        List<GpuRow> rows = GpuRow.ALL.stream()
                .filter(row -> workloads.contains(row.workload()))
                .toList();
        var comparison = new GpuComparison(rows, GpuLines.parse(all));
        System.out.println(comparison.text());
        System.exit(comparison.status());
    }

    int status() {
        return !missed.isEmpty() ? MISSED : !unknown.isEmpty() ? NOT_JUDGED : 0;
    }

    /** The table, the ceilings, what failed; the last line counts the targets. */
    String text() {
        var table = new MarkdownTable(
                2,
                List.of(
                        "training",
                        "unit",
                        "Baton",
                        "eager",
                        "ratio",
                        "must",
                        "compiled",
                        "ratio",
                        "must",
                        "floor",
                        "Baton's share",
                        "PyTorch's share"));
        rows.forEach(row -> table.add(cells(row)));
        var text = new StringBuilder(table.toString());
        lines.products()
                .forEach((precision, perSecond) -> text.append("products of ")
                        .append(precision)
                        .append(": ")
                        .append(Numbers.of(2e-12 * perSecond))
                        .append(" TFLOP/s\n"));
        lines.failures()
                .forEach(failure -> text.append("failed: ").append(failure).append('\n'));
        text.append(reached).append(" targets reached");
        append(text, "missed", missed);
        append(text, "not judged", unknown);
        return text.toString();
    }

    private static void append(StringBuilder text, String what, List<String> targets) {
        if (!targets.isEmpty()) {
            text.append("; ")
                    .append(targets.size())
                    .append(' ')
                    .append(what)
                    .append(": ")
                    .append(String.join(", ", targets));
        }
    }

    private List<String> cells(GpuRow row) {
        Double baton = speed(BATON, row);
        Double eager = speed(EAGER, row);
        Double compiled = speed(COMPILED, row);
        Double best = Stream.of(eager, compiled)
                .flatMap(Stream::ofNullable)
                .max(Double::compare)
                .orElse(null);
        Double floor = lines.floor(row);
        judge(row, "eager", ratio(baton, eager), row.overEager());
        judge(row, "compiled", ratio(baton, compiled), row.overCompiled());
        return List.of(
                row.workload(),
                row.unit(),
                Numbers.of(baton),
                Numbers.of(eager),
                Numbers.of(ratio(baton, eager)),
                target(row.overEager()),
                Numbers.of(compiled),
                Numbers.of(ratio(baton, compiled)),
                target(row.overCompiled()),
                Numbers.of(floor),
                Numbers.percent(ratio(baton, floor)),
                Numbers.percent(ratio(best, floor)));
    }

    private void judge(GpuRow row, String mode, Double ratio, Double target) {
        if (target == null) {
            return;
        }
        String name = row.workload() + " beside " + mode;
        if (speed(BATON, row) == null) {
            missed.add(name + " (Baton did not run it)");
        } else if (ratio == null) {
            unknown.add(name);
        } else if (ratio < target) {
            missed.add(name);
        } else {
            reached++;
        }
    }

    private Double speed(String framework, GpuRow row) {
        return lines.speed(framework, row.workload());
    }

    private static Double ratio(Double one, Double other) {
        return one == null || other == null ? null : one / other;
    }

    private static String target(Double target) {
        return target == null ? Numbers.NONE : ">= " + Numbers.inWords(target);
    }
}
