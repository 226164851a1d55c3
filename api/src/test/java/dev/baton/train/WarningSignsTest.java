package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A run whose numbers are all finite and that goes wrong is told of. */
class WarningSignsTest {

    private static final Batch BATCH =
            new Batch(NDArray.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6f), NDArray.of(Shape.of(3), 0, 1, 0));

    private static List<String> after(double[] losses) {
        var trend = new LossTrend();
        var said = new ArrayList<String>();
        for (int i = 0; i < losses.length; i++) {
            String warning = trend.after(i + 1, losses[i], 0.5);
            if (warning != null) {
                said.add((i + 1) + ": " + warning);
            }
        }
        return said;
    }

    /** 100 falling, 100 at 3 and above, 100 low, 100 at 5. */
    @Test
    void aLossThatGrowsIsToldOfOnceUntilItHasFallen() {
        var losses = new double[410];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = i < 10 ? 2 : i < 110 ? 1 : i < 210 ? 3 : i < 310 ? 0.5 : 5;
        }
        assertThat(after(losses))
                .containsExactly(
                        "160: the loss has grown: 3.000 in the mean of the last 50 steps, after 2.000 in the first 10; at its "
                                + "lowest it was 1.000 (steps 11 to 60). The learning rate is 0.500: try a smaller one, a "
                                + "warm-up (Schedule.warmUp), or clipping (Optimizer.clipNorm)",
                        "360: the loss has grown: 5.000 in the mean of the last 50 steps, after 2.000 in the first 10; at its "
                                + "lowest it was 0.5000 (steps 211 to 260). The learning rate is 0.500: try a smaller one, a "
                                + "warm-up (Schedule.warmUp), or clipping (Optimizer.clipNorm)");
    }

    @Test
    void noiseIsNoGrowth() {
        for (long seed = 1; seed <= 300; seed++) {
            var random = new SplittableRandom(seed);
            double[] losses = random.doubles(1000, 0, 4).toArray();
            assertThat(after(losses)).as("seed " + seed).isEmpty();
        }
    }

    private static Sequential network() {
        return Sequential.of(new Linear(2, 4), new ReLU(), new Linear(4, 2));
    }

    private static List<String> fit(Layer model, Optimizer optimizer, NDArray bias, int epochs) {
        var told = new ArrayList<String>();
        var listener = new TrainingListener() {
            @Override
            public void epoch(EpochResult result) {
                result.warnings().forEach(warning -> told.add("epoch " + result.epoch() + ": " + warning));
            }

            @Override
            public void warning(long step, String warning) {
                told.add(step + ": " + warning);
            }
        };
        Batches batches = Examples.of(new float[][] {{1, 2}, {3, 4}, {5, 6}}, new int[] {0, 1, 0}, 2)
                .batched(3);
        try (var session = Session.open("reference", 1);
                var trainer = Trainer.of(session, model)
                        .loss(Losses.crossEntropy())
                        .optimizer(optimizer)
                        .listener(listener)
                        .build()) {
            trainer.summary(batches);
            if (bias != null) {
                session.set("0.bias", bias);
            }
            trainer.fit(batches, batches, Epochs.of(epochs));
        }
        return told;
    }

    @Test
    void aLayerOfDeadUnitsIsNamed() {
        String warning = "for 20 steps the gradients of 0.weight, 0.bias, 2.weight were all zeros: they learn nothing. "
                + "What layer 2 is given is 0 for every example: the units before it are dead, such as those of a ReLU "
                + "that is never above 0. Try a smaller learning rate, other initial weights or LeakyReLU";
        NDArray low = NDArray.of(Shape.of(4), -100, -100, -100, -100f);
        assertThat(fit(network(), Sgd.of(0.1), low, 30))
                .containsExactly("20: " + warning, "epoch 20: step 20: " + warning);
    }

    @Test
    void oneLivingUnitIsEnough() {
        NDArray low = NDArray.of(Shape.of(4), -100, -100, 10, -100f);
        assertThat(fit(network(), Sgd.of(0.1), low, 30)).isEmpty();
    }

    @Test
    void whatTheLossDoesNotDependOnIsNamed() {
        var aside = new Linear(2, 3);
        var model = new Layer() {
            private final Layer used = child("used", new Linear(2, 2));
            private final Layer unused = child("unused", aside);

            @Override
            public dev.baton.tensor.Tensor forward(dev.baton.tensor.Tensor x) {
                trace(unused, x);
                return trace(used, x);
            }
        };
        assertThat(fit(model, Sgd.of(0.1), null, 25))
                .hasSize(2)
                .first()
                .asString()
                .startsWith(
                        "20: for 20 steps the gradients of unused.weight, unused.bias were all zeros: they learn nothing. "
                                + "Either the loss does not depend on them, or");
    }

    @Test
    void aRateThatIsTooHighIsToldOf() {
        assertThat(fit(network(), Sgd.of(20), null, 70)).isNotEmpty();
        assertThat(fit(network(), Sgd.of(0.01), null, 70)).isEmpty();
    }

    /** Cross-entropy's gradient by the bias is softmax - target, in the mean; by the weight that times the input. */
    @Test
    void normsAreThoseOfTheGradients() {
        try (var session = Session.open("reference", 1);
                var step = TrainStep.of(session, Sequential.of(new Linear(2, 2)), Losses.crossEntropy(), Sgd.of(0.1))) {
            step.prepare(BATCH);
            session.set("0.weight", NDArray.of(Shape.of(2, 2), new float[4]));
            StepResult result = step.run(BATCH);
            double bias = Math.sqrt(2) / 6;
            double weight = Math.hypot(1.5, 2) / 3 * Math.sqrt(2);
            assertThat(step.gradientNorms()).containsOnlyKeys("0.weight", "0.bias");
            assertThat(step.gradientNorms().get("0.bias")).isCloseTo(bias, within(1e-6));
            assertThat(step.gradientNorms().get("0.weight")).isCloseTo(weight, within(1e-6));
            assertThat(result.gradientNorm()).isCloseTo((float) Math.hypot(bias, weight), within(1e-6f));
        }
    }
}
