package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.data.Examples;
import dev.baton.distributed.Contribution;
import dev.baton.distributed.Division;
import dev.baton.distributed.LocalExamples;
import dev.baton.distributed.Recipe;
import dev.baton.distributed.Shard;
import dev.baton.distributed.Synchronization;
import dev.baton.distributed.WeightBlock;
import dev.baton.loss.Losses;
import dev.baton.optim.Sgd;
import dev.baton.train.PartialStep;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes to the driver is one block for each run of partitions. */
class AggregationTest {

    /** Of the network: 64 x 64, 64 x 64 and 64 x 10 weights with their biases. */
    private static final int BYTES = 4 * (64 * 64 + 64 + 64 * 64 + 64 + 64 * 10 + 10);

    private static final Recipe RECIPE = Recipe.of(OpticalDigits::network, Losses::crossEntropy, () -> Sgd.of(0.05));

    /** Of as many partitions, each with two examples; the slowest takes as many nanoseconds as there are. */
    private static List<Timed> brought(int partitions) {
        Examples all = OpticalDigits.rows(OpticalDigits.TEST);
        var division = new Division(2L * partitions, partitions, 2 * partitions);
        try (var session = RECIPE.open();
                var step = PartialStep.of(session, RECIPE.newModel(), RECIPE.newLoss(), RECIPE.newOptimizer());
                var worker = RECIPE.worker()) {
            step.prepare(all.batch(0, new int[] {0}));
            WeightBlock weights = WeightBlock.of(step.variables());
            return IntStream.range(0, partitions)
                    .mapToObj(partition -> {
                        LocalExamples own = LocalExamples.of(all.part(2 * partition, 2 * partition + 2));
                        var shard = new Shard(own, division, partition, 0);
                        return new Timed(
                                worker.contribute(weights, shard, Synchronization.everyStep(), 0, 0), partition + 1);
                    })
                    .toList();
        }
    }

    private static byte[] bytes(Contribution contribution) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(contribution);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({"7, 2", "9, 3", "16, 4", "17, 3"})
    void eachRunLeavesOneBlock(int partitions, int runs) {
        List<Timed> brought = brought(partitions);
        Map<Integer, Timed> sums = Aggregation.byRuns(LocalSpark.CONTEXT.parallelize(brought, partitions))
                .collectAsMap();
        assertThat(sums.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, runs).boxed().toList());
        sums.forEach((run, sum) ->
                assertThat(bytes(sum.sum()).length).as("run %d", run).isBetween(BYTES, BYTES * 11 / 10));
    }

    @Test
    void allTogetherAreTheSumToTheLastBit() {
        for (int partitions : new int[] {1, 2, 3, 6, 7, 16}) {
            List<Timed> brought = brought(partitions);
            Timed wanted = brought.stream().reduce(Timed::plus).get();
            Timed sum = Aggregation.sum(LocalSpark.CONTEXT.parallelize(brought, partitions));
            assertThat(bytes(sum.sum())).as("%d partitions", partitions).isEqualTo(bytes(wanted.sum()));
            assertThat(sum.nanoseconds()).isEqualTo(partitions);
        }
    }
}
