package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.StateException;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metric;
import dev.baton.metrics.Metrics;
import dev.baton.nn.Linear;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyStoppingTest {

    @TempDir
    private Path folder;

    /** A metric whose values are written beforehand, one for each epoch. */
    private static final class Scripted implements Metric {

        private final double[] values;
        private int next;

        Scripted(int measured, double... values) {
            this.values = values;
            this.next = measured;
        }

        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public Meter meter() {
            double value = values[next++];
            return new Meter() {
                @Override
                public void add(NDArray answers, NDArray targets) {}

                @Override
                public double value() {
                    return value;
                }
            };
        }
    }

    private static Examples examples() {
        return Examples.of(new float[][] {{1, 0}, {0, 1}, {1, 1}, {0, 0.5f}}, new int[] {0, 1, 1, 0}, 2);
    }

    /** What a run gave: the number of epochs, and the weights after each and at the end. */
    private record Run(int epochs, List<List<Float>> after, List<Float> end) {}

    private static Run run(EarlyStopping when, Checkpoints checkpoints, int measured, double... values) {
        var after = new ArrayList<List<Float>>();
        try (var session = Session.open("reference", 1)) {
            Trainer.Builder builder = Trainer.of(session, new Linear(2, 2))
                    .loss(Losses.crossEntropy())
                    .optimizer(Sgd.of(0.5))
                    .metric(new Scripted(measured, values))
                    .stopEarly(when)
                    .listener(result -> after.add(weights(session)));
            try (var trainer = (checkpoints == null ? builder : builder.checkpoints(checkpoints)).build()) {
                var training = examples().shuffled(1).batched(2);
                var length = Epochs.of(values.length);
                int epochs = checkpoints == null
                        ? trainer.fit(training, training, length).size()
                        : trainer.resume(training, training, length).size();
                return new Run(epochs, after, weights(session));
            }
        }
    }

    private static List<Float> weights(Session session) {
        var floats = new ArrayList<Float>();
        for (float value : session.value("weight").toFloatArray()) {
            floats.add(value);
        }
        return floats;
    }

    @Test
    void endsWhenItIsNoLongerBetterAndKeepsTheBest() {
        Run run = run(EarlyStopping.onHighest("scripted").patience(2), null, 0, 1, 5, 4, 5, Double.NaN, 9, 9);
        assertThat(run.epochs()).as("three no better than the second").isEqualTo(5);
        assertThat(run.end())
                .isEqualTo(run.after().get(1))
                .isNotEqualTo(run.after().get(4));
    }

    @Test
    void theBestCountsAlsoAtTheEnd() {
        Run run = run(EarlyStopping.onLowest("scripted"), null, 0, 3, 1, 2);
        assertThat(run.epochs()).isEqualTo(3);
        assertThat(run.end()).isEqualTo(run.after().get(1));
    }

    @Test
    void aLittleBetterIsNotEnough() {
        Run run = run(EarlyStopping.onLowest("scripted").patience(0).leastGain(0.5), null, 0, 3, 2.4, 2, 1);
        assertThat(run.epochs()).isEqualTo(3);
        assertThat(run.end()).isEqualTo(run.after().get(1));
    }

    @Test
    void whereNothingCouldBeMeasuredTheLastWeightsStay() {
        Run run = run(EarlyStopping.onLowest("scripted").patience(1), null, 0, Double.NaN, Double.NaN, Double.NaN);
        assertThat(run.epochs()).isEqualTo(2);
        assertThat(run.end()).isEqualTo(run.after().get(1));
    }

    @Test
    void aResumedRunRemembersTheBest() {
        double[] script = {1, 5, 4, 3, 9, 9};
        EarlyStopping when = EarlyStopping.onHighest("scripted").patience(1);
        Run whole = run(when, null, 0, script);
        assertThat(whole.epochs()).isEqualTo(4);
        for (int cut = 1; cut <= 4; cut++) {
            Checkpoints checkpoints = Checkpoints.in(folder.resolve("cut" + cut));
            int epochs = cut;
            assertThatThrownBy(() -> runUntil(epochs, when, checkpoints, script))
                    .isInstanceOf(DataException.class);
            // The checkpoint is that of the epoch before the one that was cut off.
            Run rest = run(when, checkpoints, cut - 1, script);
            assertThat(rest.epochs()).isEqualTo(4 - (cut - 1));
            assertThat(rest.end()).as("cut in epoch %d", cut).isEqualTo(whole.end());
            Run done = run(when, checkpoints, 4, script);
            assertThat(done.epochs()).isZero();
            assertThat(done.end()).isEqualTo(whole.end());
        }
    }

    private static void runUntil(int epoch, EarlyStopping when, Checkpoints checkpoints, double... values) {
        try (var session = Session.open("reference", 1);
                var trainer = Trainer.of(session, new Linear(2, 2))
                        .loss(Losses.crossEntropy())
                        .optimizer(Sgd.of(0.5))
                        .metric(new Scripted(0, values))
                        .stopEarly(when)
                        .checkpoints(checkpoints)
                        .listener(result -> {
                            if (result.epoch() == epoch) {
                                throw new DataException("the power is cut");
                            }
                        })
                        .build()) {
            var training = examples().shuffled(1).batched(2);
            trainer.fit(training, training, Epochs.of(values.length));
        }
    }

    @Test
    void wrongUseIsExplained() {
        try (var session = Session.open("reference")) {
            Trainer.Builder builder = Trainer.of(session, new Linear(2, 2))
                    .loss(Losses.crossEntropy())
                    .optimizer(Sgd.of(0.5))
                    .metric(Metrics.accuracy())
                    .stopEarly(EarlyStopping.onHighest("F1"));
            assertThatThrownBy(builder::build)
                    .isInstanceOf(StateException.class)
                    .hasMessage("a trainer that stops by 'F1' has to measure it: add it with metric(...), as it has "
                            + "[accuracy]");
        }
        assertThatThrownBy(() -> EarlyStopping.onHighest("F1").patience(-1)).isInstanceOf(BatonException.class);
        assertThatThrownBy(() -> EarlyStopping.onHighest("F1").leastGain(Double.NaN))
                .isInstanceOf(BatonException.class);
    }
}
