package dev.baton.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Parameters;
import dev.baton.optim.Schedule;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.EpochResult;
import dev.baton.train.Epochs;
import dev.baton.train.TrainStep;
import dev.baton.train.TrainingListener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines that meet after every step learn what one machine learns that has the whole batch. */
class SynchronousTest {

    private static final int STEPS = 50;
    private static final long SEED = 7;

    /** The losses of each step, and every variable in the end. */
    private record Outcome(List<Double> losses, Map<String, double[]> variables) {}

    private static Map<String, double[]> variables(Session session) {
        var values = new LinkedHashMap<String, double[]>();
        session.variables().forEach(name -> values.put(name, session.value(name).toDoubleArray()));
        return values;
    }

    /** On some machines, by a trainer. */
    private static Outcome together(Recipe recipe, LocalExamples examples, int partitions, long arrival) {
        var division = new Division(examples.size(), partitions, Problems.BATCH);
        var losses = new ArrayList<Double>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void epoch(EpochResult result) {}

            @Override
            public void batch(int epoch, int batch, int batches, float loss) {
                losses.add((double) loss);
            }
        };
        try (var source = new Workers(recipe, examples, division, Synchronization.everyStep(), arrival);
                var session = recipe.open(Workers.BACKEND);
                var trainer = source.trainer(session).listener(listener).build()) {
            trainer.fit(source, Problems.validation(), Epochs.of(8).atMostSteps(STEPS));
            return new Outcome(losses, variables(session));
        }
    }

    /** On one machine, by a step for each joint batch. */
    private static Outcome alone(Recipe recipe, LocalExamples examples, int partitions) {
        var division = new Division(examples.size(), partitions, Problems.BATCH);
        List<Shard> shards = Workers.shards(examples, division, recipe.seed());
        var losses = new ArrayList<Double>();
        try (var session = recipe.open(Workers.BACKEND);
                var step = TrainStep.of(session, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer())) {
            for (int i = 0; i < STEPS; i++) {
                Batch batch = Problems.joint(shards, i / division.batches(), i % division.batches());
                losses.add((double) step.run(batch).loss());
            }
            return new Outcome(losses, variables(session));
        }
    }

    private static void compare(
            Recipe.Maker<Layer> model, Recipe.Maker<Optimizer> optimizer, int partitions, long... example) {
        Recipe recipe = Recipe.of(model, Losses::crossEntropy, optimizer).seed(SEED);
        LocalExamples examples = Problems.examples(example);
        Outcome alone = alone(recipe, examples, partitions);
        Outcome together = together(recipe, examples, partitions, 1);
        assertThat(together.losses()).hasSize(STEPS);
        for (int i = 0; i < STEPS; i++) {
            double wanted = alone.losses().get(i);
            assertThat(together.losses().get(i)).as("step %d", i + 1).isCloseTo(wanted, within(1e-5 * wanted));
        }
        assertThat(together.variables().keySet()).isEqualTo(alone.variables().keySet());
        assertThat(alone.losses().get(STEPS - 2))
                .as("something was learnt")
                .isLessThan(alone.losses().get(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void aPerceptronWithAdam(int partitions) {
        compare(Problems::perceptron, () -> Adam.of(0.01), partitions, 16);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void aPerceptronWithSgd(int partitions) {
        compare(Problems::perceptron, () -> Sgd.of(0.1).momentum(0.9), partitions, 16);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void aConvolutionalNetworkWithAdam(int partitions) {
        compare(Problems::pictures, () -> Adam.of(0.01), partitions, 1, 4, 4);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void aConvolutionalNetworkWithSgd(int partitions) {
        compare(Problems::pictures, () -> Sgd.of(0.1), partitions, 1, 4, 4);
    }

    @Test
    void whatAnOptimizerCanBeTold() {
        Recipe.Maker<Optimizer> optimizer = () -> AdamW.of(
                        Schedule.cosine(0.02, STEPS).warmUp(5))
                .weightDecay(0.1)
                .group(Parameters.vectors(), group -> group.weightDecay(0).learningRateFactor(2))
                .clipNorm(0.3)
                .freeze(parameter -> parameter.name().equals("0.weight"));
        compare(Problems::perceptron, optimizer, 3, 16);
        compare(Problems::perceptron, () -> Sgd.of(0.1).accumulate(3), 3, 16);
    }
}
