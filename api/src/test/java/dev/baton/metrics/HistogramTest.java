package dev.baton.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HistogramTest {

    @Test
    void numbers_areCountedInPartsOfEqualWidth() {
        Histogram histogram = Histogram.of("x", new double[] {0, 0.9, 1, 2.5, 4, Double.NaN}, 4);
        assertThat(histogram.smallest()).isZero();
        assertThat(histogram.largest()).isEqualTo(4);
        assertThat(histogram.counts()).containsExactly(2L, 1L, 1L, 1L);
        assertThat(histogram.notFinite()).isEqualTo(1);
    }

    @Test
    void nothing_orEqualNumbers_haveOneTooForTheirParts() {
        assertThat(Histogram.of("x", new double[0], 3).counts()).containsExactly(0L, 0L, 0L);
        assertThat(Histogram.of("x", new double[] {7, 7}, 3).counts()).containsExactly(2L, 0L, 0L);
        assertThatThrownBy(() -> Histogram.of("x", new double[0], 0)).isInstanceOf(BatonException.class);
    }

    @Test
    void theLargestDistances_areStillDivided() {
        double most = Double.MAX_VALUE;
        assertThat(Histogram.of("x", new double[] {-most, -0.1 * most, 0.1 * most, most}, 4)
                        .counts())
                .containsExactly(1L, 1L, 1L, 1L);
    }

    @Property
    void everyNumber_isCountedOnce(@ForAll double[] numbers, @ForAll @IntRange(min = 1, max = 40) int parts) {
        Histogram histogram = Histogram.of("x", numbers, parts);
        assertThat(histogram.size()).isEqualTo(numbers.length);
        assertThat(histogram.notFinite())
                .isEqualTo(
                        Arrays.stream(numbers).filter(x -> !Double.isFinite(x)).count());
        assertThat(histogram.counts()).hasSize(parts);
    }
}
