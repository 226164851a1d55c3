package dev.baton.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Parameter;
import dev.baton.nn.Sequential;
import dev.baton.nn.Tanh;
import dev.baton.optim.Adam;
import dev.baton.optim.Optimizer;
import dev.baton.optim.PlateauSchedule;
import dev.baton.optim.Schedule;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.EpochResult;
import dev.baton.train.Epochs;
import dev.baton.train.TrainStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines that meet after several steps of their own. */
class RoundsTest {

    private static final int EPOCHS = 4;
    private static final int STEPS = 5;
    private static final Schedule INNER = Schedule.cosine(0.2, 4 * 7).warmUp(3);

    private static Layer withDropout() {
        return Sequential.of(new Linear(16, 12), new Tanh(), new Dropout(0.2), new Linear(12, 3));
    }

    private static Division division(int partitions) {
        return new Division(Problems.EXAMPLES, partitions, Problems.BATCH);
    }

    /** The losses of the epochs, and every parameter in the end. */
    private record Outcome(List<Double> losses, Map<String, double[]> parameters) {}

    /**
     * @param outer the trainer's optimizer; null for the one that it has for rounds
     */
    private static Outcome rounds(Recipe recipe, int partitions, Optimizer outer) {
        Synchronization way = Synchronization.afterSteps(STEPS);
        try (var source = new Workers(recipe, Problems.examples(16), division(partitions), way, 1);
                var session = recipe.open(Workers.BACKEND);
                var trainer = (outer == null
                                ? source.trainer(session)
                                : source.trainer(session).optimizer(outer))
                        .listener(result -> {})
                        .build()) {
            List<EpochResult> results = trainer.fit(source, Problems.validation(), Epochs.of(EPOCHS));
            return new Outcome(
                    results.stream().map(EpochResult::loss).toList(), parameters(session, recipe.newModel()));
        }
    }

    private static Map<String, double[]> parameters(Session session, Layer model) {
        var values = new LinkedHashMap<String, double[]>();
        for (Parameter parameter : model.parameters()) {
            values.put(parameter.name(), session.value(parameter.name()).toDoubleArray());
        }
        return values;
    }

    private static void compare(Outcome wanted, Outcome got, double tolerance) {
        for (int i = 0; i < EPOCHS; i++) {
            assertThat(got.losses().get(i))
                    .as("epoch %d", i + 1)
                    .isCloseTo(wanted.losses().get(i), within(tolerance));
        }
        assertThat(got.parameters().keySet()).isEqualTo(wanted.parameters().keySet());
        wanted.parameters()
                .forEach((name, values) ->
                        assertThat(got.parameters().get(name)).as(name).containsExactly(values, within(tolerance)));
    }

    /** The schedule goes on from round to round, and so do the random numbers of dropout. */
    @Test
    void onOneMachineWhoseChangesAreTakenAsTheyAreItIsPlainTraining() {
        Recipe recipe = Recipe.of(RoundsTest::withDropout, Losses::crossEntropy, () -> Sgd.of(INNER))
                .seed(3);
        Shard all = Workers.shards(Problems.examples(16), division(1), 3).get(0);
        var losses = new ArrayList<Double>();
        try (var session = recipe.open(Workers.BACKEND);
                var step = TrainStep.of(session, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer())) {
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                double sum = 0;
                for (int i = 0; i < division(1).batches(); i++) {
                    Batch batch = all.batch(epoch, i);
                    sum += step.run(batch).loss() * batch.size();
                }
                losses.add(sum / Problems.EXAMPLES);
            }
            var plain = new Outcome(losses, parameters(session, recipe.newModel()));
            compare(plain, rounds(recipe, 1, Sgd.of(1)), 1e-6);
        }
    }

    /** Against the algorithm of the paper, written down with double numbers and a new session for each worker and round. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void theMeanOfTheChangesIsLearntFromWithNesterovMomentum(int partitions) {
        Recipe recipe = Recipe.of(
                        Problems::perceptron, Losses::crossEntropy, () -> Adam.of(step -> INNER.rate(step) / 10))
                .seed(3);
        compare(byHand(recipe, partitions, 0.7, 0.9), rounds(recipe, partitions, null), 2e-5);
    }

    @Test
    void whatTheRecipeFreezesTheTrainerFreezesToo() {
        Recipe recipe = Recipe.of(
                        Problems::perceptron,
                        Losses::crossEntropy,
                        () -> Sgd.of(0.1).freeze(parameter -> parameter.name().startsWith("0.")))
                .seed(3);
        Map<String, double[]> first = rounds(
                        recipe, 2, Sgd.of(1e-30).freeze(one -> one.name().startsWith("0.")))
                .parameters();
        Map<String, double[]> learnt = rounds(recipe, 2, null).parameters();
        assertThat(learnt.get("0.weight")).isEqualTo(first.get("0.weight"));
        assertThat(learnt.get("2.weight")).isNotEqualTo(first.get("2.weight"));
        assertThatThrownBy(() -> rounds(recipe, 2, Sgd.of(0.7)))
                .hasMessageContaining("the recipe's optimizer, which this worker has, freezes [0.weight[16,12], "
                        + "0.bias[12]] and the trainer's []: let both freeze the same parameters");
    }

    private static Outcome byHand(Recipe recipe, int partitions, double rate, double momentum) {
        Division division = division(partitions);
        List<Shard> shards = Workers.shards(Problems.examples(16), division, recipe.seed());
        Map<String, double[]> weights;
        try (var session = recipe.open(Workers.BACKEND);
                var step = TrainStep.of(session, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer())) {
            step.prepare(shards.get(0).sample());
            weights = parameters(session, recipe.newModel());
        }
        var velocities = new LinkedHashMap<String, double[]>();
        weights.forEach((name, values) -> velocities.put(name, new double[values.length]));
        var losses = new ArrayList<Double>();
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            double loss = 0;
            for (int first = 0; first < division.batches(); first += STEPS) {
                int end = Math.min(division.batches(), first + STEPS);
                var changes = new LinkedHashMap<String, double[]>();
                for (Shard shard : shards) {
                    loss += worker(recipe, shard, weights, epoch, first, end, changes);
                }
                weights.forEach((name, values) -> {
                    for (int i = 0; i < values.length; i++) {
                        double change = changes.get(name)[i];
                        double velocity = momentum * velocities.get(name)[i] + change;
                        velocities.get(name)[i] = velocity;
                        values[i] -= rate * (change + momentum * velocity);
                    }
                });
            }
            losses.add(loss / Problems.EXAMPLES);
        }
        return new Outcome(losses, weights);
    }

    /** One worker's round: adds its weighted change, and gives the sum of its losses. */
    private static double worker(
            Recipe recipe,
            Shard shard,
            Map<String, double[]> weights,
            int epoch,
            int first,
            int end,
            Map<String, double[]> changes) {
        var numbers = new ArrayList<Long>();
        Adam inner = Adam.of(step -> INNER.rate(numbers.get((int) step - 1)) / 10);
        double losses = 0;
        double examples = 0;
        try (var session = recipe.open(Workers.BACKEND);
                var step = TrainStep.of(session, recipe.newModel(), recipe.newLoss(), inner)) {
            step.prepare(shard.sample());
            weights.forEach((name, values) -> session.set(name, floats(session, name, values)));
            for (int i = first; i < end; i++) {
                Batch batch = shard.batch(epoch, i);
                if (batch != null) {
                    numbers.add((long) epoch * shard.division().batches() + i + 1);
                    losses += step.run(batch).loss() * batch.size();
                    examples += batch.size();
                }
            }
            double share = examples / shard.division().joint(first, end);
            parameters(session, recipe.newModel()).forEach((name, values) -> {
                double[] sum = changes.computeIfAbsent(name, key -> new double[values.length]);
                for (int i = 0; i < values.length; i++) {
                    sum[i] += share * (weights.get(name)[i] - values[i]);
                }
            });
        }
        return losses;
    }

    private static NDArray floats(Session session, String name, double[] values) {
        NDArray array =
                NDArray.zeros(session.type(name).dtype(), session.type(name).shape());
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        return array;
    }

    @Test
    void anOptimizerThatDoesNotFitIntoARoundIsRefused() {
        assertRefused(() -> Sgd.of(0.1).accumulate(2), "cannot accumulate");
        assertRefused(() -> Sgd.of(PlateauSchedule.of(0.1)).clipNorm(1), "cannot follow a metric");
    }

    private static void assertRefused(Recipe.Maker<Optimizer> optimizer, String words) {
        Recipe recipe = Recipe.of(Problems::perceptron, Losses::crossEntropy, optimizer);
        assertThatThrownBy(() ->
                        new Workers(recipe, Problems.examples(16), division(2), Synchronization.afterSteps(STEPS), 1))
                .isInstanceOf(BatonException.class)
                .hasMessageContaining(words);
        new Workers(recipe, Problems.examples(16), division(2), Synchronization.everyStep(), 1).close();
    }
}
