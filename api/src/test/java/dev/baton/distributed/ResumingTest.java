package dev.baton.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.train.Checkpoints;
import dev.baton.train.EarlyStopping;
import dev.baton.train.EpochResult;
import dev.baton.train.Epochs;
import dev.baton.train.Trainer;
import dev.baton.train.TrainingListener;
import dev.baton.train.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a trainer can be told works with gradients from elsewhere too. */
class ResumingTest {

    private static final Division DIVISION = new Division(50, 3, 20);

    @TempDir
    private Path folder;

    /** As when the power goes: nothing after this step happens. */
    private static final class PowerCut extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private record Outcome(Map<String, List<Double>> variables, List<EpochResult> epochs, List<Float> losses) {}

    private static Layer model() {
        return Sequential.of(new Linear(16, 12), new BatchNorm(12), new ReLU(), new Dropout(0.2), new Linear(12, 3));
    }

    private static Recipe recipe() {
        return Recipe.of(ResumingTest::model, Losses::crossEntropy, () -> AdamW.of(0.01))
                .seed(11);
    }

    private static Synchronization way(int steps) {
        return steps == 0 ? Synchronization.everyStep() : Synchronization.afterSteps(steps);
    }

    /**
     * One process: it trains until it is done, or until the power is cut after a step.
     *
     * @param change of the trainer's options
     */
    private static Outcome process(
            Synchronization way, Consumer<Trainer.Builder> change, boolean resume, int cutAfter, int arrival) {
        var losses = new ArrayList<Float>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void epoch(EpochResult result) {}

            @Override
            public void batch(int epoch, int batch, int batches, float loss) {
                losses.add(loss);
                if (losses.size() == cutAfter) {
                    throw new PowerCut();
                }
            }
        };
        try (var source = new Workers(recipe(), Problems.examples(16), DIVISION, way, arrival);
                var session = recipe().open(Workers.BACKEND)) {
            Trainer.Builder builder =
                    source.trainer(session).metric(Metrics.accuracy()).listener(listener);
            change.accept(builder);
            try (var trainer = builder.build()) {
                Epochs length = Epochs.of(3);
                List<EpochResult> results = resume
                        ? trainer.resume(source, Problems.validation(), length)
                        : trainer.fit(source, Problems.validation(), length);
                var variables = new LinkedHashMap<String, List<Double>>();
                for (String name : session.variables()) {
                    var values = new ArrayList<Double>();
                    for (double value : session.value(name).toDoubleArray()) {
                        values.add(value);
                    }
                    variables.put(name, values);
                }
                return new Outcome(variables, results, losses);
            }
        }
    }

    /** Every step, and rounds of two steps, the second of which in an epoch has one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void goesOnToTheLastBitWhereverItWasCutOff(int steps) {
        Synchronization way = way(steps);
        Outcome whole = process(way, builder -> {}, false, 0, 1);
        assertThat(whole.epochs()).hasSize(3);
        assertThat(whole.losses()).hasSize(steps == 0 ? 9 : 6);
        assertThat(process(way, builder -> {}, false, 0, 2).variables())
                .as("another order of arrival")
                .isEqualTo(whole.variables());
        for (int cut = 1; cut < whole.losses().size(); cut += 2) {
            int after = cut;
            Checkpoints checkpoints =
                    Checkpoints.in(folder.resolve(Integer.toString(cut))).everySteps(1);
            Consumer<Trainer.Builder> saving = builder -> builder.checkpoints(checkpoints);
            assertThatThrownBy(() -> process(way, saving, false, after, 3)).isInstanceOf(PowerCut.class);
            Outcome resumed = process(way, saving, true, 0, 4);
            assertThat(resumed.variables()).as("cut after step %d", cut).isEqualTo(whole.variables());
            assertThat(whole.losses()).endsWith(resumed.losses().toArray(Float[]::new));
        }
    }

    @Test
    void anotherWayOfSharingOutIsRefused() {
        Consumer<Trainer.Builder> saving = builder -> builder.checkpoints(Checkpoints.in(folder));
        process(way(0), saving, false, 0, 1);
        assertThatThrownBy(() -> process(way(2), saving, true, 0, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(
                        "the run began with other data, gradients of every step, 3 joint batches of 20: 50 examples over "
                                + "3 partitions, checksum ",
                        "cannot go on with rounds of 2 steps, 3 joint batches");
    }

    @Test
    void earlyStoppingATimeLimitAndWhatAListenerSees() {
        Outcome early = process(
                way(0),
                builder -> builder.stopEarly(EarlyStopping.onHighest("accuracy").patience(0)),
                false,
                0,
                1);
        assertThat(early.epochs()).hasSizeBetween(1, 3);
        Outcome late = process(way(0), builder -> builder.timeLimit(Duration.ofNanos(1)), false, 0, 1);
        assertThat(late.losses()).isEmpty();
        var seen = new ArrayList<String>();
        TrainingListener watching = new TrainingListener() {
            @Override
            public void epoch(EpochResult result) {
                seen.add("epoch " + result.epoch() + " " + result.metrics().keySet());
                assertThat(result.waited()).isPositive();
                assertThat(result.samplesPerSecond()).isPositive();
            }

            @Override
            public Watch watch() {
                return Watch.usual().everySteps(1);
            }

            @Override
            public void weights(int epoch, List<dev.baton.metrics.Histogram> weights) {
                seen.add("weights " + weights.size());
            }

            @Override
            public void marked(dev.baton.metrics.MarkedPaper paper) {
                seen.add("marked");
            }
        };
        process(way(2), builder -> builder.listener(watching), false, 0, 1);
        assertThat(seen)
                .containsExactly(
                        "marked",
                        "weights 6",
                        "epoch 1 [accuracy]",
                        "marked",
                        "weights 6",
                        "epoch 2 [accuracy]",
                        "marked",
                        "weights 6",
                        "epoch 3 [accuracy]");
    }

    /** Batches here, and then gradients from elsewhere: the steps go on. */
    @Test
    void aTrainerLearnsFromBoth() {
        try (var source = new Workers(recipe(), Problems.examples(16), DIVISION, way(0), 1);
                var session = recipe().open(Workers.BACKEND);
                var trainer = source.trainer(session).listener(result -> {}).build()) {
            double first = trainer.fit(Problems.validation(), Problems.validation(), Epochs.of(2))
                    .get(0)
                    .loss();
            double second = trainer.fit(source, Problems.validation(), Epochs.of(10))
                    .get(9)
                    .loss();
            assertThat(second).isLessThan(first);
            assertThat(trainer.summary(Problems.validation()).memory()).isNotNull();
        }
    }
}
