package dev.baton.benchmarks.compare;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs one workload on one framework, in a process of its own, and reads what it measured. */
final class Runner {

    private static final Pattern ERROR = Pattern.compile("\"error\":\"([^\"]*)\"");
    private static final Pattern FIRST_SAID = Pattern.compile("^(no workload|Error|Exception in|\\[ERROR\\]).*");

    /** Since then the JVM warns of native access that nobody has allowed. */
    private static final int JAVA_THAT_WARNS = 22;

    private final Path folder;
    private final Path logs;
    private final Settings settings;

    /**
     * @param folder of the benchmarks
     * @param logs where the outputs of all processes go
     */
    Runner(Path folder, Path logs, Settings settings) {
        this.folder = folder;
        this.logs = logs;
        this.settings = settings;
    }

    /** What one run gave: lines, or the reason why there is none. */
    record Outcome(List<Measurement> measurements, String failure) {}

    Outcome run(String framework, Settings.Task task, int round) throws IOException, InterruptedException {
        Path place = logs.resolve(task.condition().toString().replace(' ', '-')).resolve(task.workload());
        Files.createDirectories(place);
        Path output = place.resolve(framework + "." + round + ".out");
        Path errors = place.resolve(framework + "." + round + ".err");
        ProcessBuilder command = framework.equals(Row.BATON) ? baton(task) : peer(framework, task);
        Process process =
                ChildProcesses.start(command.redirectOutput(output.toFile()).redirectError(errors.toFile()));
        if (!process.waitFor(settings.limitSeconds(), TimeUnit.SECONDS)) {
            ChildProcesses.kill(process);
            return failed("it took more than " + settings.limitSeconds() + " s (LIMIT sets that)");
        }
        List<String> lines = Files.readAllLines(output);
        List<Measurement> measurements = measurements(lines, task.condition(), round);
        if (process.exitValue() != 0 || measurements.isEmpty()) {
            return failed(reason(lines, Files.readAllLines(errors), process.exitValue()));
        }
        return new Outcome(measurements, null);
    }

    private static Outcome failed(String reason) {
        return new Outcome(List.of(), reason);
    }

    private ProcessBuilder baton(Settings.Task task) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(words(task.condition().heap()));
        command.add("-Dbench.threads=" + settings.threads());
        // As run.sh does for the peers: a cache of natives of its own.
        command.add("-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("target/cache"));
        if (Runtime.version().feature() >= JAVA_THAT_WARNS) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(words(options(task)));
        command.add("-cp");
        command.add(folder.resolve("target/classes") + ":" + folder.resolve("target/lib") + "/*");
        command.add("dev.baton.benchmarks.Main");
        command.add(task.workload());
        return new ProcessBuilder(command);
    }

    private ProcessBuilder peer(String framework, Settings.Task task) {
        var builder = new ProcessBuilder(folder.resolve("peers/run.sh").toString(), framework, task.workload());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("THREADS", Integer.toString(settings.threads()));
        builder.environment().put("HEAP", task.condition().heap());
        builder.environment().put("JAVA_OPTS", options(task));
        return builder;
    }

    private String options(Settings.Task task) {
        return (settings.javaOptions() + " " + String.join(" ", task.condition().options())).trim();
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.trim().split("\\s+"));
    }

    /** The lines with a metric. */
    static List<Measurement> measurements(List<String> lines, Condition condition, int round) throws IOException {
        var measurements = new ArrayList<Measurement>();
        for (String line : lines) {
            if (line.contains("\"metric\"")) {
                ObjectNode measurement = (ObjectNode) Json.MAPPER.readTree(line);
                measurement.put("condition", condition.name()).put("round", round);
                measurements.add(Json.MAPPER.treeToValue(measurement, Measurement.class));
            }
        }
        return measurements;
    }

    /** The line that says why a run failed: the protocol's own error, else what Java, Maven or the shell said. */
    static String reason(List<String> output, List<String> errors, int code) {
        for (String line : output) {
            Matcher error = ERROR.matcher(line);
            if (error.find()) {
                return error.group(1);
            }
        }
        List<String> said = errors.stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        return said.stream()
                .filter(line -> FIRST_SAID.matcher(line).matches())
                .findFirst()
                .orElse(
                        said.isEmpty()
                                ? "it ended with code " + code + " and said nothing"
                                : said.get(said.size() - 1));
    }
}
