package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data larger than the heap stream through a training. {@code -Dstreaming.megabytes=20480 -Dstreaming.heap=1g} is the long
 * form.
 */
class StreamingTest {

    private static final String MEGABYTES = System.getProperty("streaming.megabytes", "512");
    private static final String HEAP = System.getProperty("streaming.heap", "64m");
    private static final long ALLOWED_KILOBYTES = 4096;

    @Test
    @EnabledOnOs(OS.LINUX)
    void takeNoMemory(@TempDir Path folder) throws IOException, InterruptedException {
        long[][] lines = MemoryProcess.run(folder, HEAP, Duration.ofMinutes(60), StreamingProcess.class, MEGABYTES);
        assertThat(lines).hasDimensions(4, 2);
        System.out.printf(
                "RssAnon after %,d MiB: %,d kB; after %,d MiB: %,d kB%n",
                lines[0][0], lines[0][1], lines[3][0], lines[3][1]);
        assertThat(lines[3][1] - lines[0][1]).as("growth in kB").isLessThan(ALLOWED_KILOBYTES);
    }
}
