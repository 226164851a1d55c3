package dev.baton.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where and on what was measured.
 *
 * @param commit of Baton; with {@code , changed} where files differ from it
 */
record Machine(String processor, int cores, String memory, String system, String java, String commit) {

    private static final String UNKNOWN = "unknown";

    /** @param repository a folder of Baton's repository */
    static Machine here(Path repository) throws IOException, InterruptedException {
        String commit = git(repository, "rev-parse", "--short", "HEAD");
        if (commit.isEmpty()) {
            commit = UNKNOWN;
        } else if (!git(repository, "status", "--porcelain", "--untracked-files=no")
                .isEmpty()) {
            commit += ", changed";
        }
        return new Machine(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                gibibytes(valueIn("/proc/meminfo", "MemTotal")),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                commit);
    }

    /** With the family and the model, where they are told: a name that hides the generation is common in clouds. */
    private static String processorName() throws IOException {
        String name = valueIn("/proc/cpuinfo", "model name");
        String family = valueIn("/proc/cpuinfo", "cpu family");
        return family.equals(UNKNOWN)
                ? name
                : name + " (family " + family + ", model " + valueIn("/proc/cpuinfo", "model") + ")";
    }

    /** What stands behind the colon of a file's first line of this name. */
    private static String valueIn(String file, String name) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .map(line -> line.split(":", 2))
                .filter(line -> line.length == 2 && line[0].trim().equals(name))
                .map(line -> line[1].trim())
                .findFirst()
                .orElse(UNKNOWN);
    }

    private static String gibibytes(String kibibytes) {
        return String.format(
                Locale.ROOT,
                "%.0f GiB",
                Double.parseDouble(kibibytes.replace("kB", "").trim()) / (1 << 20));
    }

    /** Empty where this is no repository or there is no git. */
    private static String git(Path repository, String... arguments) throws InterruptedException {
        var command = new ArrayList<>(List.of("git", "-C", repository.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
            return process.waitFor() == 0 ? output : "";
        } catch (IOException e) {
            return "";
        }
    }
}
