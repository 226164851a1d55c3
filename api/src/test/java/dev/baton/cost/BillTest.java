package dev.baton.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.nn.Linear;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.Epochs;
import dev.baton.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BillTest {

    @TempDir
    private Path folder;

    private static Estimate estimate() {
        return Cost.of(new Linear(3, 2), Shape.of(3))
                .batch(4)
                .training(24, Epochs.of(2), Hardware.named("laptop").watts(50));
    }

    private void counter(String zone, long microjoules) throws IOException {
        Path of = Files.createDirectories(folder.resolve(zone));
        Files.writeString(of.resolve("energy_uj"), microjoules + "\n");
        Files.writeString(of.resolve("max_energy_range_uj"), "1000000000\n");
    }

    @Test
    void theStepsOfATrainingRun() {
        var inputs = new float[24][3];
        var classes = new int[24];
        Arrays.setAll(classes, i -> i % 2);
        var batches = Examples.of(inputs, classes, 2).batched(4);
        var bill = Bill.of(estimate(), null);
        assertThat(bill).hasToString("no bill yet: fewer than two batches were done");
        assertThatThrownBy(bill::seconds).isInstanceOf(StateException.class);
        assertThat(bill.figures()).containsOnlyKeys("steps");
        var model = new Linear(3, 2);
        long start = System.nanoTime();
        try (var session = Session.open("reference");
                var trainer = Trainer.of(session, model)
                        .loss(Losses.crossEntropy())
                        .optimizer(Sgd.of(0.1))
                        .listener(bill)
                        .build()) {
            trainer.fit(batches, batches, Epochs.of(2));
        }
        double wall = (System.nanoTime() - start) / 1e9;
        assertThat(bill.steps()).isEqualTo(12).isEqualTo(estimate().steps());
        assertThat(bill.seconds()).isPositive().isLessThan(wall);
        assertThat(bill.isEnergyCounted()).isFalse();
        assertThat(bill.energy()).isCloseTo(bill.seconds() * 50 * 1.56, within(1e-9));
        assertThat(bill.error()).isCloseTo(estimate().seconds() / bill.seconds() - 1, within(1e-9));
        assertThat(bill.figures())
                .containsEntry("steps", 12L)
                .containsEntry("seconds", bill.seconds())
                .containsEntry("errorOfPrediction", bill.error());
        assertThat(bill.toString())
                .contains(
                        "predicted",
                        "measured",
                        "steps",
                        "energy: not measured, 50 W a device times the measured time");
    }

    @Test
    void countedEnergy() throws Exception {
        counter("intel-rapl:0", 999_000_000);
        counter("intel-rapl:1", 5_000_000);
        // A part of the first: counted there.
        counter("intel-rapl:0:0", 1);
        var bill = Bill.of(estimate(), EnergyCounter.start(folder));
        bill.batch(1, 1, 3, 1);
        // The first begins anew: 1 + 2 joules; the second takes 4.
        counter("intel-rapl:0", 2_000_000);
        counter("intel-rapl:1", 9_000_000);
        Thread.sleep(2);
        bill.batch(1, 2, 3, 1);
        counter("intel-rapl:1", 10_000_000);
        bill.batch(1, 3, 3, 1);
        assertThat(bill.isEnergyCounted()).isTrue();
        // 7 joules in the second step, 1 in the third: three steps of 4, with the overhead of the site.
        assertThat(bill.energy()).isCloseTo(12 * 1.56, within(1e-9));
        assertThat(bill.toString()).contains("energy: counted by the processors (RAPL)");
    }

    @Test
    void countersThatMayNotBeRead() throws Exception {
        assertThat(EnergyCounter.start(folder)).isNull();
        assertThat(EnergyCounter.start(folder.resolve("none"))).isNull();
        counter("intel-rapl:0", 1);
        Files.delete(folder.resolve("intel-rapl:0").resolve("energy_uj"));
        assertThat(EnergyCounter.start(folder)).isNull();
    }
}
