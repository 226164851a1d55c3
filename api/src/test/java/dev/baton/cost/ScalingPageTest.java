package dev.baton.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The table of docs/distributed.md is what the planner says. */
class ScalingPageTest {

    /** Measured: a step of ResNet-50 on 8 pictures of 224 x 224 took 4.7 s of processor time, on two cores. */
    private static final double STEP = 2.4;

    private static final double BYTES = 4 * 25_557_032.0;

    /** Measured: a job that does nothing on a cluster of three workers. */
    private static final double LATENCY = 0.1;

    private static String table() {
        var table = new StringBuilder(
                "| workers | exchange | 1 Gbit/s | 10 Gbit/s | 100 Gbit/s |\n|---|---|---|---|---|\n");
        for (int workers : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000}) {
            for (int steps : new int[] {1, 20, 500}) {
                table.append(String.format(
                        Locale.ROOT, "| %,d | every %s |", workers, steps == 1 ? "step" : steps + " steps"));
                for (double gigabits : new double[] {1, 10, 100}) {
                    double link = gigabits * 1e9 / 8;
                    Communication way = Communication.spark(LATENCY).after(steps);
                    double speedUp = way.speedUp(STEP, BYTES, workers, link);
                    table.append(String.format(
                            Locale.ROOT,
                            speedUp < 10 ? " %.2f (%.0f %%) |" : " %.0f (%.0f %%) |",
                            speedUp,
                            100 * way.share(STEP, BYTES, workers, link)));
                }
                table.append('\n');
            }
        }
        return table.toString();
    }

    @Test
    void thePageSaysWhatThePlannerSays() throws IOException {
        assertThat(Files.readString(Path.of("..", "docs", "distributed.md"))).contains(table());
    }
}
