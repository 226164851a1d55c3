package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Shape;
import dev.baton.cost.Cost;
import dev.baton.cost.Estimate;
import dev.baton.cost.Hardware;
import dev.baton.model.Mlp;
import dev.baton.train.Epochs;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said to cost is what it costs. */
class PriceTest {

    /** In two networks, one with more state than values and one with more values. */
    @Test
    void memoryIsPredicted(@TempDir Path folder) throws Exception {
        for (long[] sizes : MemoryProcess.run(folder, "128m", Duration.ofMinutes(5), PriceProcess.class)) {
            double predicted = sizes[0];
            double grown = sizes[1];
            assertThat(grown).isBetween(predicted / 1.05, predicted * 1.05);
        }
    }

    /** The calibration keeps its ten seconds, save for what a busy machine adds, and gives a time for any network. */
    @Test
    void thisMachineIsMeasured() {
        long start = System.nanoTime();
        Hardware here = Hardware.thisMachine();
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(30);
        assertThat(here.isMeasured()).isTrue();
        Estimate estimate =
                Cost.of(Mlp.of(300, 100, 10), Shape.of(300)).batch(32).training(3200, Epochs.of(1), here);
        // A hundred steps of 6 million operations: no processor does that in a microsecond, none takes a minute.
        assertThat(estimate.seconds()).isBetween(1e-6, 60.0);
        assertThat(estimate.toString()).contains("measured: ", "operations/s in products");
    }
}
