package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.data.Batches;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.model.Mlp;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.optim.Adam;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.LearningRates.Verdict;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LearningRateFinderTest {

    private static final int SIZE = 64;

    /** y = 3 x with x of variance 1: the loss, a mean of squares, bends by 2, so that a rate of 0.5 is best and 1 too much. */
    private static Batches line() {
        var random = new Random(1);
        var inputs = new float[SIZE][1];
        var targets = new float[SIZE][1];
        double squares = 0;
        for (int i = 0; i < SIZE; i++) {
            inputs[i][0] = (float) random.nextGaussian();
            squares += inputs[i][0] * inputs[i][0];
        }
        for (int i = 0; i < SIZE; i++) {
            inputs[i][0] /= (float) Math.sqrt(squares / SIZE);
            targets[i][0] = 3 * inputs[i][0];
        }
        return Examples.of(inputs, targets).batched(SIZE);
    }

    @Test
    void onALine_whereTheRightRatesAreKnown_theyAreFound() {
        Layer model = new Linear(1, 1).withoutBias();
        try (var session = Session.open("reference", 2)) {
            LearningRates found = LearningRateFinder.of(session, model, Losses.mse(), Sgd::of)
                    .between(1e-4, 10)
                    .perDecade(1)
                    .steps(10)
                    .find(line());

            assertThat(found.trials())
                    .extracting(LearningRates.Trial::verdict)
                    .containsExactly(
                            Verdict.SLOW, Verdict.SLOW, Verdict.SLOW, Verdict.RIGHT, Verdict.CHAOTIC, Verdict.CHAOTIC);
            assertThat(found.recommended())
                    .hasValueSatisfying(rate -> assertThat(rate).isBetween(0.0999, 0.1001));
            // Nine steps of it leave 0.8^18 of the loss.
            assertThat(found.trials().get(3).loss()).isCloseTo(found.start() * Math.pow(0.8, 18), within(1e-3));
            // A step of rate r gains 1 - r of what its slope promises.
            assertThat(found.trials().get(3).gained()).isBetween(0.89, 0.91);
            assertThat(found.toString()).contains("chaotic").endsWith("recommended: 0.10");
        }
    }

    @Test
    void rates_soSmallThatTheLossCannotTell_areSlow() {
        Layer model = new Linear(1, 1).withoutBias();
        try (var session = Session.open("reference", 2)) {
            LearningRates found = LearningRateFinder.of(session, model, Losses.mse(), Sgd::of)
                    .between(1e-12, 0.1)
                    .perDecade(1)
                    .steps(10)
                    .find(line());
            assertThat(found.trials().get(0).verdict()).isEqualTo(Verdict.SLOW);
            assertThat(found.trials().get(4).verdict()).isEqualTo(Verdict.SLOW);
        }
    }

    @Test
    void afterwards_everythingIsAsItWas() {
        var random = new Random(3);
        var inputs = new float[SIZE][4];
        var labels = new int[SIZE];
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < 4; j++) {
                inputs[i][j] = (float) random.nextGaussian();
            }
            labels[i] = inputs[i][0] > 0 ? 1 : 0;
        }
        Batches batches = Examples.of(inputs, labels, 2).batched(8);
        Layer model = Mlp.of(4, 6, 2);
        try (var session = Session.open("reference", 2);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Adam.of(0.01))) {
            batches.forEach(step::run);
            double[] before = session.value("0.weight").toDoubleArray();
            double[] moments = session.value("optimizer/0.weight/mean").toDoubleArray();

            LearningRates found = LearningRateFinder.of(session, model, Losses.crossEntropy(), Adam::of)
                    .between(1e-4, 100)
                    .steps(12)
                    .find(batches);

            assertThat(session.value("0.weight").toDoubleArray()).containsExactly(before);
            assertThat(session.value("optimizer/0.weight/mean").toDoubleArray()).containsExactly(moments);
            assertThat(found.trials()).hasSize(13);
            assertThat(found.trials().get(12).verdict()).isEqualTo(Verdict.CHAOTIC);
        }
    }

    @Test
    void whatMakesNoSense_isRefused() {
        try (var session = Session.open("reference", 2)) {
            var finder = LearningRateFinder.of(session, new Linear(1, 1), Losses.mse(), Sgd::of);
            assertThatThrownBy(() -> finder.find(List.of())).isInstanceOf(DataException.class);
            assertThatThrownBy(() -> finder.between(1, 0.1)).isInstanceOf(BatonException.class);
            assertThatThrownBy(() -> finder.steps(0)).isInstanceOf(BatonException.class);
        }
    }
}
