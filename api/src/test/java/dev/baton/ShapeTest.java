package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShapeTest {

    private static final Shape BATCH = Shape.of(List.of(Dim.symbol("N"), Dim.of(8), Dim.of(8)));

    @Test
    void symbolsMultiplyAndAreBoundLater() {
        assertThat(BATCH.elements()).hasToString("64*N");
        assertThat(BATCH.bind(Map.of("N", 3L))).isEqualTo(Shape.of(3, 8, 8));
        assertThat(BATCH.isFixed()).isFalse();
        assertThatThrownBy(BATCH::size)
                .isInstanceOf(ShapeException.class)
                .hasMessage("the size of dimension 64*N is not known while tracing");
    }

    @Test
    void reshapeFindsTheOpenSize() {
        assertThat(BATCH.reshape(Shape.of(0, 64), 0)).hasToString("[N, 64]");
        assertThat(Shape.of(6, 4).reshape(Shape.of(3, 0), 1)).isEqualTo(Shape.of(3, 8));
        assertThatThrownBy(() -> Shape.of(6, 4).reshape(Shape.of(5, 0), 1))
                .hasMessage(
                        "cannot be reshaped: [6, 4] has 24 elements, which the 5 of the other sizes of [5, -1] do not divide");
        assertThatThrownBy(() -> BATCH.reshape(Shape.of(0, 7), 0))
                .hasMessageStartingWith(
                        "cannot be reshaped: [N, 8, 8] has 64*N elements, which the 7 of the other sizes");
        assertThatThrownBy(() -> Shape.of(6, 4).reshape(Shape.of(5, 5), -1))
                .hasMessage("cannot be reshaped: [6, 4] has 24 elements, [5, 5] has 25");
    }

    @Test
    void broadcastAlignsAtTheLastDimension() {
        assertThat(Shape.broadcast(Shape.of(2, 1, 4), Shape.of(3, 1))).isEqualTo(Shape.of(2, 3, 4));
        assertThat(Shape.broadcast(BATCH, Shape.of(8))).isEqualTo(BATCH);
        assertThatThrownBy(() -> Shape.broadcast(Shape.of(2, 3), Shape.of(2)))
                .hasMessage("cannot be broadcast together: [2, 3] and [2] (sizes 3 and 2 differ and neither is 1)");
    }

    @Test
    void whatHoldsNothingCanBeReshaped() {
        assertThat(Shape.of(0).reshape(Shape.of(0, 1), -1)).isEqualTo(Shape.of(0, 1));
        assertThat(Shape.of(3, 0).reshape(Shape.of(0, 5), -1)).isEqualTo(Shape.of(0, 5));
        assertThatThrownBy(() -> Shape.of(0).reshape(Shape.of(1), -1)).isInstanceOf(ShapeException.class);
    }
}
