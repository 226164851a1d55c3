package dev.baton.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.runtime.Session;
import dev.baton.train.Epochs;
import dev.baton.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlateauScheduleTest {

    @Test
    void theRateFallsWhenPatienceIsOver() {
        var schedule = PlateauSchedule.of(1).factor(0.5).patience(1);
        double[] losses = {3, 2, 2, 2.5, 1, 1, 1, 0.5};
        double[] rates = {1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25};
        for (int i = 0; i < losses.length; i++) {
            schedule.observe(losses[i]);
            assertThat(schedule.rate(i)).as("observation %d", i + 1).isEqualTo(rates[i]);
        }
    }

    /** ReduceLROnPlateau with its relative threshold of 1e-4, no cooldown. */
    @Test
    void itIsThatOfPyTorch() {
        for (int run = 0; run < 50; run++) {
            var random = new Random(run);
            boolean higher = random.nextBoolean();
            int patience = random.nextInt(4);
            double lowest = random.nextBoolean() ? 0 : 0.01;
            var schedule = PlateauSchedule.of(1).factor(0.3).patience(patience).lowest(lowest);
            if (higher) {
                schedule = schedule.higherIsBetter();
            }
            double rate = 1;
            double best = higher ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            int bad = 0;
            for (int i = 0; i < 40; i++) {
                // Few values, so that some are equal, and some better by less than the threshold.
                double metric = 1 + random.nextInt(5) + (random.nextBoolean() ? 5e-5 : 0);
                if (higher ? metric > best * (1 + 1e-4) : metric < best * (1 - 1e-4)) {
                    best = metric;
                    bad = 0;
                } else {
                    bad++;
                }
                if (bad > patience) {
                    rate = Math.max(rate * 0.3, lowest);
                    bad = 0;
                }
                schedule.observe(metric);
                assertThat(schedule.rate(i)).isCloseTo(rate, within(1e-15));
            }
        }
    }

    @Test
    void whatIsNoNumberIsNeverBetter() {
        var schedule = PlateauSchedule.of(1).patience(0);
        schedule.observe(Double.NaN);
        assertThat(schedule.rate(1)).isEqualTo(0.1);
        schedule.observe(5);
        assertThat(schedule.rate(1)).isEqualTo(0.1);
        schedule.observe(Double.NaN);
        assertThat(schedule.rate(1)).isCloseTo(0.01, within(1e-17));
    }

    /** The trainer's listener tells it, and the steps that follow learn more slowly. */
    @Test
    void aTrainerTellsItOfEveryEpoch() {
        var examples = Examples.of(new float[][] {{1, 0}, {0, 1}}, new int[] {0, 1}, 2);
        var schedule = PlateauSchedule.of(0.5).patience(0);
        List<Double> rates = new ArrayList<>();
        try (var session = Session.open("reference", 1);
                var trainer = Trainer.of(session, Sequential.of(new Linear(2, 2)))
                        .loss(Losses.crossEntropy())
                        .optimizer(Sgd.of(schedule))
                        .listener(result -> {
                            // Nothing gets better.
                            schedule.observe(1);
                            rates.add(schedule.rate(result.epoch()));
                        })
                        .build()) {
            trainer.fit(examples.batched(2), examples.batched(2), Epochs.of(3));
        }
        assertThat(rates).hasSize(3);
        assertThat(rates.get(0)).isEqualTo(0.5);
        assertThat(rates.get(2)).isCloseTo(0.005, within(1e-15));
    }

    @Test
    void senselessOptionsAreRefused() {
        assertThatThrownBy(() -> PlateauSchedule.of(0))
                .isInstanceOf(BatonException.class)
                .hasMessage("a learning rate is a positive number, not 0.0");
        assertThatThrownBy(() -> PlateauSchedule.of(1).factor(1))
                .hasMessage("a falling learning rate is multiplied by a factor between 0 and 1, not 1.0");
        assertThatThrownBy(() -> PlateauSchedule.of(1).patience(-1))
                .hasMessage("a patience is at least 0 observations, not -1");
        assertThatThrownBy(() -> PlateauSchedule.of(1).lowest(2))
                .hasMessage("the lowest rate is at least 0 and at most the first, 1.0, not 2.0");
    }
}
