package dev.baton.compiler;

import static dev.baton.compiler.ReshapedPartTest.places;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Shape;
import dev.baton.compiler.Part.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Of whatever part, in whatever shape. */
class ReshapedPartPropertyTest {

    @Provide
    Arbitrary<List<Integer>> numbers() {
        return Arbitraries.integers().between(0, 5).list().ofSize(24);
    }

    @Property(tries = 2000)
    void aReshapedPartHasTheSameElements(@ForAll("numbers") List<Integer> numbers) {
        // Both shapes join the same small factors, each in its own way.
        var factors = IntStream.range(0, 5).map(i -> 1 + numbers.get(i) % 3).toArray();
        long[] before = joined(factors, numbers.subList(5, 10));
        long[] after = joined(factors, numbers.subList(10, 15));
        var ranges = new ArrayList<Range>();
        for (int axis = 0; axis < before.length; axis++) {
            long size = before[axis];
            long period = numbers.get(15 + axis) % 2 == 0 && size % 2 == 0 ? size / 2 : size;
            long start = numbers.get(19 + axis % 5) % period;
            ranges.add(new Range(size, period, start, start + 1 + numbers.get(axis) % (period - start)));
        }
        var part = new Part(ranges);
        Part reshaped = ReshapedPart.of(part, Shape.of(after));
        if (reshaped != null) {
            assertThat(places(reshaped)).isEqualTo(places(part));
        } else {
            assertThat(part.isWhole()).isFalse();
        }
    }

    private static long[] joined(int[] factors, List<Integer> joins) {
        var sizes = new ArrayList<Long>();
        for (int i = 0; i < factors.length; i++) {
            int last = sizes.size() - 1;
            if (i > 0 && joins.get(i) % 2 == 0) {
                sizes.set(last, sizes.get(last) * factors[i]);
            } else {
                sizes.add((long) factors[i]);
            }
        }
        return sizes.stream().mapToLong(Long::longValue).toArray();
    }
}
