package dev.baton.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.data.Examples;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DivisionPropertyTest {

    /** Each example is its own number. */
    private static LocalExamples numbered(int count) {
        NDArray numbers = NDArray.of(IntStream.range(0, count).toArray());
        return new PackedExamples(NDArray.of(Shape.of(count, 1), numbers.toIntArray()), numbers);
    }

    @Property(tries = 200)
    void everyExampleIsInOneBatchOfAnEpoch(
            @ForAll @IntRange(min = 1, max = 60) int examples,
            @ForAll @IntRange(min = 1, max = 9) int partitions,
            @ForAll @IntRange(min = 1, max = 20) int batch,
            @ForAll @IntRange(min = 0, max = 5) int epoch) {
        Assume.that(partitions <= examples);
        var division = new Division(examples, partitions, batch);
        List<Shard> shards = Workers.shards(numbered(examples), division, 5);
        var seen = new ArrayList<Integer>();
        for (int joint = 0; joint < division.batches(); joint++) {
            var sizes = new ArrayList<Integer>();
            for (Shard shard : shards) {
                Batch part = shard.batch(epoch, joint);
                sizes.add(part == null ? 0 : (int) part.size());
                assertThat(shard.size(joint, joint + 1)).isEqualTo(sizes.get(sizes.size() - 1));
                if (part != null) {
                    assertThat(part.inputs().toIntArray())
                            .isEqualTo(part.targets().toIntArray());
                    for (int number : part.targets().toIntArray()) {
                        seen.add(number);
                    }
                }
            }
            int all = sizes.stream().mapToInt(size -> size).sum();
            assertThat(all).isEqualTo((int) division.joint(joint, joint + 1)).isBetween(1, batch);
            assertThat(all == batch || joint == division.batches() - 1).isTrue();
            assertThat(IntStream.of(sizes.stream().mapToInt(size -> size).toArray())
                                    .max()
                                    .getAsInt()
                            - sizes.stream().mapToInt(size -> size).min().getAsInt())
                    .isLessThanOrEqualTo(1);
        }
        assertThat(seen).hasSize(examples).doesNotHaveDuplicates();
    }

    @Example
    void theOrderFollowsFromSeedEpochAndPartition() {
        var division = new Division(40, 2, 40);
        List<Shard> shards = Workers.shards(numbered(40), division, 5);
        int[] order = shards.get(0).batch(1, 0).targets().toIntArray();
        shards.get(0).batch(3, 0);
        assertThat(shards.get(0).batch(1, 0).targets().toIntArray()).isEqualTo(order);
        assertThat(shards.get(0).batch(2, 0).targets().toIntArray()).isNotEqualTo(order);
        assertThat(Workers.shards(numbered(40), division, 6)
                        .get(0)
                        .batch(1, 0)
                        .targets()
                        .toIntArray())
                .isNotEqualTo(order);
        int[] other = shards.get(1).batch(1, 0).targets().toIntArray();
        assertThat(IntStream.of(other).map(number -> number - 1).toArray()).isNotEqualTo(order);
    }

    /**
     * Two numbers drawn below n are further apart than (1 - sqrt(1/2)) n = 0.29 n in half of all cases. What an order is drawn
     * with may be what another one is drawn with some places further on: then they are nearer there.
     */
    @Example
    void oneEpochsOrderHasNothingOfAnothers() {
        int count = 1_000_000;
        for (int epoch = 1; epoch < 3; epoch++) {
            int[] before = order(count, epoch - 1);
            int[] now = order(count, epoch);
            for (int further = 0; further < 6; further++) {
                int shift = further;
                int median = IntStream.range(0, count - shift)
                        .map(i -> Math.abs(now[i + shift] - before[i]))
                        .sorted()
                        .toArray()[count / 2];
                assertThat(median / (double) count)
                        .as("epoch %d, %d further on", epoch, shift)
                        .isBetween(0.285, 0.301);
            }
        }
    }

    /** Which examples an epoch takes one after the other. */
    private static int[] order(int count, int epoch) {
        var asked = new int[1][];
        LocalExamples many = new LocalExamples() {
            @Override
            public int size() {
                return count;
            }

            @Override
            public Batch batch(int epoch, int[] which) {
                asked[0] = which;
                return null;
            }
        };
        new Shard(many, new Division(count, 1, count), 0, 5).batch(epoch, 0);
        return asked[0];
    }

    @Example
    void meetingsOfAnEpoch() {
        var division = new Division(70, 2, 10);
        for (int[] one : new int[][] {{1, 7}, {2, 4}, {3, 3}, {6, 2}, {7, 1}, {Integer.MAX_VALUE, 1}}) {
            Synchronization way = Synchronization.afterSteps(one[0]);
            assertThat(way.count(division)).as("rounds of %d", one[0]).isEqualTo(one[1]);
            assertThat(way.firstBatch(division, one[1] - 1)).isLessThan(7);
            assertThat(way.firstBatch(division, one[1])).isEqualTo(7);
        }
    }

    @Example
    void examplesOfOneMachineServeToo() {
        float[][] rows = {{1, 2}, {3, 4}, {5, 6}};
        LocalExamples examples = LocalExamples.of(Examples.of(rows, new int[] {0, 1, 1}, 2));
        assertThat(examples.size()).isEqualTo(3);
        Batch batch = examples.batch(0, new int[] {2, 0});
        assertThat(batch.inputs().toFloatArray()).containsExactly(5, 6, 1, 2);
        assertThat(batch.targets().toIntArray()).containsExactly(1, 0);
    }

    @Example
    void whatCannotBeSharedOutIsSaid() {
        assertThatThrownBy(() -> new Division(0, 3, 32))
                .isInstanceOf(DataException.class)
                .hasMessage("there are no examples to learn from");
        assertThatThrownBy(() -> new Division(5, 6, 32))
                .isInstanceOf(DataException.class)
                .hasMessage("6 partitions cannot share 5 examples: each needs one at least; take fewer partitions");
        assertThatThrownBy(() -> new Division(5, 0, 32)).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> new Division(5, 1, 0)).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> new Division(1L << 32, 1, 1)).hasMessageContaining("too many batches");
        var division = new Division(7, 3, 4);
        assertThatThrownBy(() -> new Shard(numbered(3), division, 1, 0))
                .isInstanceOf(DataException.class)
                .hasMessage("partition 1 has 3 examples and is to have 2 "
                        + "(2 joint batches of 4: 7 examples over 3 partitions)");
        assertThatThrownBy(() -> new Shard(numbered(3), division, 3, 0)).hasMessage("there is no partition 3 of 3");
    }
}
