package dev.baton.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BusyCoreTest {

    @Test
    void oneProcessIsHeldOnOneCoreUntilItIsStopped() throws Exception {
        BusyCore busy = BusyCore.start();
        ProcessHandle process = busy.process();
        try {
            Duration before = process.info().totalCpuDuration().orElseThrow();
            while (process.info().totalCpuDuration().orElseThrow().equals(before)) {
                assertThat(process.isAlive()).isTrue();
                Thread.sleep(10);
            }
            assertThat(status(process)).containsPattern("Cpus_allowed_list:\t\\d+\n");
        } finally {
            busy.stop();
        }
        process.onExit().get(10, TimeUnit.SECONDS);
    }

    private static String status(ProcessHandle process) throws IOException {
        return Files.readString(Path.of("/proc/" + process.pid() + "/status"));
    }

    @Test
    void theCoreIsTheFirstThatThisProcessMayUse() {
        assertThat(BusyCore.firstCore("Name:\tjava\nCpus_allowed_list:\t2-5,8\n"))
                .isEqualTo("2");
        assertThat(BusyCore.firstCore("Cpus_allowed_list:\t7\n")).isEqualTo("7");
    }
}
