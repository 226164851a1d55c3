package dev.baton.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.train.EpochResult;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {

    @Test
    void inATerminalTheLineGrowsAndTheResultTakesItsPlace() {
        var bytes = new ByteArrayOutputStream();
        try (var progress = Progress.terminal(new PrintStream(bytes, true, UTF_8), 64, 2)) {
            progress.batch(1, 1, 2, 3);
            progress.batch(1, 2, 2, 1);
            progress.epoch(new EpochResult(
                    1, 2, 2, Map.of("accuracy", 0.5), 1000, Duration.ofMillis(1500), List.of(), Duration.ofSeconds(7)));
            progress.batch(2, 1, 2, 1);
        }
        String shown = bytes.toString(UTF_8);
        String result = "epoch 1/2  loss 2.0000  accuracy 0.5000  1,000 samples/s, waited 1.5 s for data  7 s left"
                + System.lineSeparator();
        assertThat(shown).contains(result);
        String before = shown.substring(0, shown.indexOf(result));
        assertThat(before)
                .containsPattern("\repoch 1/2 \\[=+\\]  loss 2\\.0000  ")
                .endsWith("\r")
                .doesNotContain("\n")
                .doesNotContain(" 0 samples/s");
        assertThat(shown.substring(shown.indexOf(result)))
                .containsPattern("\repoch 2/2 \\[.*\\]  loss 1\\.0000  accuracy 0\\.5000  ");
    }
}
