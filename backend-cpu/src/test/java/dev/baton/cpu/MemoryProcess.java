package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process whose memory is watched. Its heap is fixed and touched beforehand, so that what grows is outside of the heap.
 * Compilations wait for no background thread: none is under way, with memory of its own, when memory is read.
 */
final class MemoryProcess {

    private MemoryProcess() {}

    /** Runs a program to its end and gives the lines of numbers that it printed. */
    static long[][] run(Path folder, String heap, Duration limit, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms" + heap,
                "-Xmx" + heap,
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-Xbatch",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        String cache = System.getProperty("org.bytedeco.javacpp.cachedir");
        if (cache != null) {
            command.add("-Dorg.bytedeco.javacpp.cachedir=" + cache);
        }
        command.add(program.getName());
        command.addAll(List.of(arguments));
        File output = folder.resolve("output").toFile();
        File errors = folder.resolve("errors").toFile();
        Process process = new ProcessBuilder(command)
                .redirectOutput(output)
                .redirectError(errors)
                .start();
        try {
            assertThat(process.waitFor(limit.toSeconds(), TimeUnit.SECONDS))
                    .as(() -> program.getSimpleName() + " ends within " + limit + "; it said: " + contentOf(errors))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as(() -> "the process said: " + contentOf(errors))
                .isZero();
        return contentOf(output)
                .lines()
                .map(line -> List.of(line.split(" ")).stream()
                        .mapToLong(Long::parseLong)
                        .toArray())
                .toArray(long[][]::new);
    }

    /** The anonymous resident memory of this process. */
    static long residentKilobytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("/proc/self/status has no RssAnon: Linux 4.5 or later tells it");
    }
}
