package dev.baton.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StridesTest {

    private static List<Long> offsets(List<Long> shape, List<Long> strides) {
        long elements = shape.stream().reduce(1L, (a, b) -> a * b);
        return LongStream.range(0, elements)
                .map(element -> Strides.offset(shape, strides, element))
                .boxed()
                .toList();
    }

    @Test
    void offsetsOfAView() {
        var shape = List.of(2L, 3L);
        assertThat(offsets(shape, Strides.rowMajor(shape))).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        // The transpose of [3, 2], a row repeated, a column repeated, every other column.
        assertThat(offsets(shape, List.of(1L, 2L))).containsExactly(0L, 2L, 4L, 1L, 3L, 5L);
        assertThat(offsets(shape, List.of(0L, 1L))).containsExactly(0L, 1L, 2L, 0L, 1L, 2L);
        assertThat(offsets(shape, List.of(1L, 0L))).containsExactly(0L, 0L, 0L, 1L, 1L, 1L);
        assertThat(offsets(shape, List.of(6L, 2L))).containsExactly(0L, 2L, 4L, 6L, 8L, 10L);
    }

    @Test
    void offsetsOfAScalar() {
        assertThat(offsets(List.of(), List.of())).containsExactly(0L);
        assertThat(offsets(List.of(1L, 1L, 3L), List.of(7L, 9L, 1L))).containsExactly(0L, 1L, 2L);
    }
}
