package dev.baton.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that keeps one core busy until it is stopped. */
final class BusyCore {

    /** It looks for the process that started it, and so ends with that one even where that one was killed. */
    private static final String LOOP = "while [ -d /proc/$PPID ]; do :; done";

    private final Process process;

    private BusyCore(Process process) {
        this.process = process;
    }

    /** Takes the first core that this process may use. */
    static BusyCore start() throws IOException, InterruptedException {
        String core = firstCore(Files.readString(Path.of("/proc/self/status")));
        Process process = ChildProcesses.start(
                new ProcessBuilder("taskset", "-c", core, "sh", "-c", LOOP).redirectErrorStream(true));
        // Where taskset refuses, it does so at once.
        Thread.sleep(200);
        if (!process.isAlive()) {
            throw new IOException("core " + core + " is not busy: taskset ended with code " + process.exitValue()
                    + " and said '" + new String(process.getInputStream().readAllBytes()).trim() + "'");
        }
        return new BusyCore(process);
    }

    /** The first of the cores in the line {@code Cpus_allowed_list:	2-5,8} of a process's status. */
    static String firstCore(String status) {
        return status.lines()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .map(line -> line.split(":")[1].trim().split("[-,]")[0])
                .findFirst()
                .orElse("0");
    }

    /** The process that keeps it busy. */
    ProcessHandle process() {
        return process.toHandle();
    }

    void stop() {
        ChildProcesses.kill(process);
    }
}
