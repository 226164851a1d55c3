package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.nn.Tanh;
import dev.baton.optim.Adam;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StepByStepTest {

    private static Batch batch(long seed) {
        var random = new Random(seed);
        var inputs = new float[4 * 3];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextGaussian();
        }
        return new Batch(
                NDArray.of(Shape.of(4, 3), inputs),
                NDArray.of(Shape.of(4), random.ints(4, 0, 2).toArray()));
    }

    private static Layer model() {
        return Sequential.of(new Linear(3, 6), new Tanh(), new Dropout(0.4), new Linear(6, 2));
    }

    private static Map<String, List<Double>> variables(Session session) {
        var values = new LinkedHashMap<String, List<Double>>();
        session.variables()
                .forEach(name -> values.put(
                        name,
                        Arrays.stream(session.value(name).toDoubleArray())
                                .boxed()
                                .toList()));
        return values;
    }

    @Test
    void goingBack_isExact_andTheSameStepIsTakenAgain() {
        try (var session = Session.open("reference", 4);
                var steps = StepByStep.of(session, model(), Losses.crossEntropy(), Adam.of(0.05))) {
            LossChange first = steps.next(batch(1));
            Map<String, List<Double>> afterFirst = variables(session);
            LossChange second = steps.next(batch(2));
            Map<String, List<Double>> afterSecond = variables(session);
            assertThat(afterSecond).isNotEqualTo(afterFirst);

            steps.back();
            assertThat(steps.steps()).isEqualTo(1);
            assertThat(variables(session)).isEqualTo(afterFirst);
            // Dropout and the moments of Adam are those of before, so that the step is.
            assertThat(steps.next(batch(2))).isEqualTo(second);
            assertThat(variables(session)).isEqualTo(afterSecond);

            steps.back();
            steps.back();
            assertThat(steps.next(batch(1))).isEqualTo(first);
        }
    }

    @Test
    void onlySoManySteps_areRemembered() {
        try (var session = Session.open("reference", 4);
                var steps = StepByStep.of(session, model(), Losses.crossEntropy(), Sgd.of(0.1))
                        .remembering(2)) {
            assertThatThrownBy(steps::back).isInstanceOf(StateException.class).hasMessageContaining("no step yet");
            for (int i = 0; i < 3; i++) {
                steps.next(batch(i));
            }
            steps.back();
            steps.back();
            assertThatThrownBy(steps::back)
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("last 2 steps are remembered");
        }
    }

    @Test
    void theWeightsThatMovedMost_areFound() {
        try (var session = Session.open("reference", 4);
                var steps = StepByStep.of(session, model(), Losses.crossEntropy(), Sgd.of(0.1))) {
            steps.next(batch(0));
            Map<String, List<Double>> before = variables(session);
            steps.next(batch(1));

            List<StepByStep.MovedWeight> moved = steps.movedMost(3);

            assertThat(moved).hasSize(3);
            double largest = 0;
            for (var entry : before.entrySet()) {
                double[] after = session.value(entry.getKey()).toDoubleArray();
                for (int i = 0; i < after.length; i++) {
                    largest = Math.max(
                            largest, Math.abs(after[i] - entry.getValue().get(i)));
                }
            }
            StepByStep.MovedWeight first = moved.get(0);
            assertThat(Math.abs(first.after() - first.before())).isEqualTo(largest);
            int element = first.index().size() == 1
                    ? first.index().get(0).intValue()
                    : (int) (first.index().get(0)
                                    * session.value(first.parameter()).shape().size(1)
                            + first.index().get(1));
            assertThat(first.after()).isEqualTo(session.value(first.parameter()).get(element));
            assertThat(first.before()).isEqualTo(before.get(first.parameter()).get(element));
            assertThat(steps.movedMost(0)).isEmpty();
            assertThat(steps.movedMost(1000)).hasSizeLessThanOrEqualTo(3 * 6 + 6 + 6 * 2 + 2);
        }
    }

    @Test
    void theAnswers_thatAreFollowed_moveTowardsTheRightOnes() {
        Batch learnt = batch(1);
        var model = Sequential.of(new Linear(3, 6), new Tanh(), new Linear(6, 2));
        try (var session = Session.open("reference", 4);
                var steps = StepByStep.of(session, model, Losses.crossEntropy(), Sgd.of(0.1))
                        .following(learnt)) {
            for (int i = 0; i < 5; i++) {
                steps.next(learnt);
            }
            List<StepByStep.MovedAnswer> answers = steps.answers();
            assertThat(answers).hasSize(4);
            double before =
                    answers.stream().mapToDouble(one -> one.before().loss()).sum();
            double after =
                    answers.stream().mapToDouble(one -> one.after().loss()).sum();
            assertThat(after).isLessThan(before);
            assertThat(answers.get(2).toString()).matches("example 2, class [01]: 0\\.\\d\\d -> 0\\.\\d\\d");
            List<StepByStep.MovedAnswer> atFive = answers;
            steps.next(learnt);
            assertThat(steps.answers().get(0).before().loss())
                    .isCloseTo(atFive.get(0).after().loss(), within(1e-12));
        }
    }
}
