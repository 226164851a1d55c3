package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.data.Examples;
import dev.baton.nn.Initializers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SeedsTest {

    private static final int NUMBERS = 1000;

    @Test
    void neighboursHaveNoNumberInCommon() {
        List<long[]> seeds = List.of(
                new long[] {},
                new long[] {0},
                new long[] {1},
                new long[] {2},
                new long[] {-1},
                new long[] {0x9E3779B97F4A7C15L},
                new long[] {1, 0},
                new long[] {0, 1},
                new long[] {1, 1},
                new long[] {0, 31},
                new long[] {1, 1, 0},
                new long[] {1, 1, 1});
        Set<Long> all = new HashSet<>();
        for (long[] seed : seeds) {
            Seeds.random(seed).longs(NUMBERS).forEach(all::add);
        }
        assertThat(all).hasSize(seeds.size() * NUMBERS);
    }

    @Test
    void theSameNumbersGiveTheSameSequence() {
        assertThat(Seeds.random(3, 1, 4).longs(9).toArray())
                .isEqualTo(Seeds.random(3, 1, 4).longs(9).toArray());
    }

    /** Otherwise several runs would be the same one many times over. */
    @Test
    void weightsOfOneSeedAreNotThoseOfTheNext() {
        var weights = new HashSet<Float>();
        for (long seed = 1; seed <= 3; seed++) {
            NDArray array = Initializers.uniform(-1, 1).initialize(Shape.of(20, 20), seed, "weight");
            for (int i = 0; i < array.size(); i++) {
                weights.add((float) array.get(i));
            }
        }
        assertThat(weights).hasSize(3 * 400);
    }

    @Test
    void examplesAreChangedAnewInEveryEpoch() {
        var draws = new ArrayList<Long>();
        Examples one = Examples.of(Stream.of(1f), value -> new float[] {value}, value -> 0, 1)
                .augmented(5, (from, to, random) -> random.longs(4).forEach(draws::add));
        for (int epoch = 0; epoch < 10; epoch++) {
            one.batch(epoch, new int[] {0});
        }
        assertThat(draws).doesNotHaveDuplicates().hasSize(40);
    }
}
