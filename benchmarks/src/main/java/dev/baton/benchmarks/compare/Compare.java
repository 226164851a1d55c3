package dev.baton.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code compare.sh}. */
@Command(
        name = "compare.sh",
        customSynopsis = {
            "compare.sh [--table] [-n ROUNDS] [WORKLOAD[,WORKLOAD...] [PEER...]]",
            "compare.sh --record FILE..."
        },
        sortOptions = false,
        description =
                "Measures Baton and other frameworks in turn and prints medians and ratios. Exit code 2 where Baton "
                        + "or all peers fail, or a name is wrong.")
final class Compare implements Callable<Integer> {

    private static final int FAILED = 2;

    /** Those whose threads are set up well; of PyTorch on OpenBLAS there are two settings, each better for some. */
    private static final List<String> TABLE_PEERS =
            List.of("pytorch-mkl", "pytorch", "pytorch-timeout26", "djl", "dl4j-onednn");

    private static final List<String> PEERS = List.of("pytorch-mkl", "pytorch", "djl", "dl4j-onednn", "dl4j");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--table",
            description = "the whole table: every workload, memory, the time to the first step, the "
                    + "speed beside a busy core, and the physical floors")
    private boolean wholeTable;

    @Option(names = "-n", paramLabel = "ROUNDS", description = "how often all are measured; 3, or 5 with --table")
    private Integer rounds;

    @Option(
            names = "--record",
            arity = "1..*",
            paramLabel = "FILE",
            hideParamSyntax = true,
            description = "measures nothing: writes RESULTS.md from files of results, in this order")
    private List<Path> recorded;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "says this")
    private boolean help;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "WORKLOAD",
            hideParamSyntax = true,
            split = ",",
            description = "mlp-train, or all with --table, where none is named")
    private List<String> workloads;

    @Parameters(
            index = "1..*",
            paramLabel = "PEER",
            hideParamSyntax = true,
            description = "of those in peers/README.md")
    private List<String> peers;

    private final Path folder;

    /** @param folder of the benchmarks */
    Compare(Path folder) {
        this.folder = folder;
    }

    /** The property {@code benchmarks} is the folder of the benchmarks, {@code ceilings} the program that measures them. */
    public static void main(String[] arguments) {
        var compare = new Compare(Path.of(System.getProperty("benchmarks")));
        System.exit(new CommandLine(compare)
                .setParameterExceptionHandler((e, parsed) -> {
                    e.getCommandLine().getErr().println("compare.sh: " + e.getMessage() + "; --help says more");
                    return FAILED;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println("compare.sh: " + (e instanceof IOException ? e.getMessage() : e));
                    return FAILED;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (recorded != null) {
            return record();
        }
        Settings settings = settings();
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Path place = folder.resolve("target/compare").resolve(start.toString().replace(':', '-'));
        Path file = place.resolve("results.json");
        Ceilings ceilings = null;
        if (wholeTable) {
            System.err.println("the processor's ceilings");
            ceilings = Ceilings.measure(Path.of(System.getProperty("ceilings")), settings.threads(), Rows.bytes());
        }
        var runner = new Runner(folder, place, settings);
        Results results = new Comparison(settings, runner, file, start, Machine.here(folder), ceilings).run();
        System.out.print(ResultsText.all(results));
        System.out.println("Everything that was measured: " + file);
        return exitCode(results);
    }

    private int record() throws IOException {
        var results = new ArrayList<Results>();
        for (Path file : recorded) {
            results.add(Results.read(file));
        }
        Path page = folder.resolve("RESULTS.md");
        Files.writeString(page, ResultsText.page(results));
        System.out.println("written: " + page);
        return 0;
    }

    private static int exitCode(Results results) {
        List<String> measured = results.measured();
        // Not every processor multiplies bfloat16.
        if (results.failures().stream()
                .anyMatch(failure -> failure.framework().equals(Row.BATON)
                        && !failure.reason().contains("no products of bfloat16"))) {
            System.err.println("compare.sh: Baton failed, see above");
            return FAILED;
        }
        boolean alone = results.settings().workloads().stream().allMatch(Settings::isBatonsOwn);
        if (measured.size() < 2 && !alone) {
            System.err.println("compare.sh: no peer was measured: there is no ratio");
            return FAILED;
        }
        return 0;
    }

    private Settings settings() throws IOException, InterruptedException {
        if (rounds != null && rounds < 1) {
            throw wrong("-n takes a number of rounds from 1, not " + rounds);
        }
        return new Settings(
                workloads(),
                peers(),
                rounds != null ? rounds : wholeTable ? 5 : 3,
                number("THREADS", 2),
                wholeTable,
                System.getenv().getOrDefault("JAVA_OPTS", ""),
                number("LIMIT", 1800));
    }

    private List<String> workloads() {
        if (workloads == null) {
            return wholeTable ? Rows.workloads() : List.of("mlp-train");
        }
        for (String workload : workloads) {
            if (!Rows.workloads().contains(workload)) {
                throw wrong(
                        "there is no workload '" + workload + "'; there are: " + String.join(" ", Rows.workloads()));
            }
        }
        return workloads;
    }

    private List<String> peers() throws IOException, InterruptedException {
        if (peers == null) {
            return wholeTable ? TABLE_PEERS : PEERS;
        }
        Process process = ChildProcesses.start(
                new ProcessBuilder(folder.resolve("peers/run.sh").toString(), "--peers"));
        List<String> known = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        for (String peer : peers) {
            if (!known.contains(peer)) {
                throw wrong("there is no peer '" + peer + "'; there are: " + String.join(" ", known));
            }
        }
        return peers;
    }

    private int number(String variable, int otherwise) {
        String value = System.getenv(variable);
        if (value == null || value.isEmpty()) {
            return otherwise;
        }
        if (!value.matches("[1-9][0-9]{0,8}")) {
            throw wrong(variable + " takes a number from 1, not '" + value + "'");
        }
        return Integer.parseInt(value);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
