package dev.baton.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.Epochs;
import dev.baton.train.PartialStep;
import dev.baton.train.TrainStep;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is each partition's own: the statistics of its part of a batch, and what dropout draws. */
class PartsTest {

    private static Layer normalised() {
        return Sequential.of(new Linear(16, 8), new BatchNorm(8), new ReLU(), new Linear(8, 3));
    }

    /** As PyTorch's DistributedDataParallel does: each part with its own mean, running statistics averaged. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void runningStatisticsAreAveragedByExamples(boolean rounds) {
        Recipe recipe = Recipe.of(PartsTest::normalised, Losses::crossEntropy, () -> Sgd.of(0.1));
        // Joint batches of 31 over 3 partitions: parts of 11, 10 and 10.
        var division = new Division(Problems.EXAMPLES, 3, 31);
        Synchronization way = rounds ? Synchronization.afterSteps(1) : Synchronization.everyStep();
        var mean = new double[8];
        var variance = new double[8];
        for (Shard shard : Workers.shards(Problems.examples(16), division, 0)) {
            Batch part = shard.batch(0, 0);
            try (var session = recipe.open(Workers.BACKEND);
                    var step = TrainStep.of(session, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer())) {
                step.run(part);
                for (int i = 0; i < 8; i++) {
                    mean[i] += session.value("1.running_mean").get(i) * part.size() / 31;
                    variance[i] += session.value("1.running_var").get(i) * part.size() / 31;
                }
            }
        }
        try (var source = new Workers(recipe, Problems.examples(16), division, way, 1);
                var session = recipe.open(Workers.BACKEND);
                var trainer = source.trainer(session).listener(result -> {}).build()) {
            trainer.fit(source, Problems.validation(), Epochs.of(1).atMostSteps(1));
            assertThat(session.value("1.running_mean").toDoubleArray()).containsExactly(mean, within(1e-6));
            assertThat(session.value("1.running_var").toDoubleArray()).containsExactly(variance, within(1e-6));
            assertThat(mean[0]).isNotZero();
        }
    }

    private static Layer dropping() {
        return Sequential.of(new Dropout(0.5), new Linear(16, 3));
    }

    /** The same examples and weights each time: all that differs is what was drawn. */
    @Test
    void everyPartitionAndStepDrawsItsOwnNumbers() {
        Recipe recipe = Recipe.of(PartsTest::dropping, Losses::crossEntropy, () -> Sgd.of(0.1))
                .backend(Workers.BACKEND);
        var division = new Division(4 * 8, 4, 16);
        LocalExamples same = new LocalExamples() {
            @Override
            public int size() {
                return 8;
            }

            @Override
            public Batch batch(int epoch, int[] which) {
                return Problems.examples(16).batch(0, new int[which.length]);
            }
        };
        var drawn = new ArrayList<List<Byte>>();
        try (var worker = recipe.worker();
                var session = Session.open(Workers.BACKEND, 0);
                var step = PartialStep.of(session, recipe.newModel(), recipe.newLoss(), recipe.newOptimizer())) {
            step.prepare(same.batch(0, new int[1]));
            WeightBlock weights = WeightBlock.of(step.variables());
            for (int round = 0; round < 2; round++) {
                for (int partition = 0; partition < 4; partition++) {
                    var shard = new Shard(same, division, partition, 0);
                    for (int meeting = 0; meeting < 2; meeting++) {
                        Contribution one =
                                worker.contribute(weights, shard, Synchronization.everyStep(), round, meeting);
                        Contribution again =
                                worker.contribute(weights, shard, Synchronization.everyStep(), round, meeting);
                        byte[] values = one.parts().get(0).values();
                        assertThat(again.parts().get(0).values()).isEqualTo(values);
                        var list = new ArrayList<Byte>();
                        for (byte value : values) {
                            list.add(value);
                        }
                        drawn.add(list);
                    }
                }
            }
        }
        assertThat(drawn).hasSize(16).doesNotHaveDuplicates();
    }
}
