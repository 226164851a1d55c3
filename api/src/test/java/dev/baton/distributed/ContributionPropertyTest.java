package dev.baton.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DataException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The sum of what partitions bring does not depend on how it comes together. */
class ContributionPropertyTest {

    private static final int VALUES = 40;

    private static byte[] block(float... values) {
        ByteBuffer block = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        block.asFloatBuffer().put(values);
        return block.array();
    }

    /** Numbers of very different sizes, whose sum depends on the order; some partitions have no example. */
    private static List<Contribution> contributions(int partitions, long seed) {
        var random = new SplittableRandom(seed);
        var all = new ArrayList<Contribution>();
        for (int partition = 0; partition < partitions; partition++) {
            var values = new float[VALUES];
            for (int i = 0; i < VALUES; i++) {
                values[i] = (float) (random.nextDouble(-1, 1) * StrictMath.pow(10, random.nextInt(-6, 7)));
            }
            Part part = partition > 0 && random.nextInt(5) == 0
                    ? Part.empty(partition)
                    : Part.of(partition, random.nextDouble() * 1e3, random.nextInt(1, 100), block(values));
            all.add(Contribution.of(partitions, part));
        }
        return all;
    }

    @Property(tries = 300)
    void theOrderOfArrivalChangesNoBit(@ForAll @IntRange(min = 1, max = 40) int partitions, @ForAll long seed) {
        List<Contribution> all = contributions(partitions, seed);
        var random = new SplittableRandom(seed);
        Part first = Workers.together(all, partitions, random.split()).complete();
        Part second = Workers.together(all, partitions, random.split()).complete();
        assertThat(second.values()).isEqualTo(first.values());
        assertThat(Double.doubleToLongBits(second.losses())).isEqualTo(Double.doubleToLongBits(first.losses()));
        assertThat(second.examples()).isEqualTo(first.examples());
        assertThat(first.to()).isEqualTo(partitions);
    }

    @Property(tries = 100)
    void itIsTheSum(@ForAll @IntRange(min = 1, max = 40) int partitions, @ForAll long seed) {
        List<Contribution> all = contributions(partitions, seed);
        var sum = new double[VALUES];
        var size = new double[VALUES];
        for (Contribution one : all) {
            var values = ByteBuffer.wrap(partOf(one).values()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < values.capacity() / Float.BYTES; i++) {
                double value = values.getFloat(i * Float.BYTES);
                sum[i] += value;
                size[i] += Math.abs(value);
            }
        }
        Part together = Workers.together(all, partitions, new SplittableRandom(seed)).complete();
        var values = ByteBuffer.wrap(together.values()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < VALUES; i++) {
            // A tree of 40 leaves has six levels, each of which rounds.
            assertThat(Math.abs(values.getFloat(i * Float.BYTES) - sum[i])).isLessThanOrEqualTo(6 * 0x1p-24 * size[i]);
        }
        assertThat(together.examples())
                .isEqualTo(all.stream().mapToLong(one -> partOf(one).examples()).sum());
    }

    /** What a single contribution holds, whichever partition's it is. */
    private static Part partOf(Contribution single) {
        return single.parts().get(0);
    }

    @Example
    void whatIsMissingOrComesTwiceIsNamed() {
        List<Contribution> all = contributions(6, 1);
        Contribution five = all.get(0).plus(all.get(1)).plus(all.get(5)).plus(all.get(2)).plus(all.get(4));
        assertThatThrownBy(five::complete)
                .isInstanceOf(DataException.class)
                .hasMessage("partition 3 of 6 has contributed nothing");
        assertThatThrownBy(() -> Contribution.none(6).complete()).hasMessage("partition 0 of 6 has contributed nothing");
        for (int partition : new int[] {0, 1, 2, 4, 5}) {
            assertThatThrownBy(() -> five.plus(all.get(partition)))
                    .isInstanceOf(BatonException.class)
                    .hasMessageContaining("contributed twice");
        }
        assertThatThrownBy(() -> five.plus(Contribution.none(7)))
                .hasMessage("a contribution to 6 partitions cannot be added to one to 7");
    }

    @Example
    void aBlockThatIsCutOffIsNamed() {
        Contribution whole = Contribution.of(2, Part.of(0, 1, 1, block(1, 2)));
        Contribution cut = Contribution.of(2, Part.of(1, 1, 1, block(1)));
        assertThatThrownBy(() -> cut.plus(whole))
                .isInstanceOf(DataException.class)
                .hasMessage("partitions 0 to 0 bring 8 bytes, 1 to 1 bring 4: one is cut off, or of another model");
    }

    @Example
    void theFirstPartitionThatIsNotFiniteIsNamed() {
        List<Contribution> all = contributions(3, 1);
        Contribution sum = Contribution.of(3, Part.notFinite(2, 1, 1, "b"))
                .plus(all.get(0))
                .plus(Contribution.of(3, Part.notFinite(1, 1, 1, "a")));
        assertThat(sum.complete().notFinite()).isEqualTo("partition 1: a");
        assertThat(sum.complete().values()).isEmpty();
    }
}
