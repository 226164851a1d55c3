package dev.baton.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import org.junit.jupiter.api.Test;

class AccuracyTest {

    @Test
    void countsOverBatchesOfAnySize() {
        var meter = Metrics.accuracy().meter();
        assertThat(meter.value()).isNaN();
        meter.add(NDArray.of(Shape.of(2, 3), 0, 2, 1, 5, 4, 3f), NDArray.of(Shape.of(2), 1, 2));
        assertThat(meter.value()).isEqualTo(0.5);
        meter.add(NDArray.of(Shape.of(1, 3), -3, -2, -1f), NDArray.of(Shape.of(1), 2));
        assertThat(meter.value()).isEqualTo(2 / 3.0);
        assertThat(Metrics.accuracy().meter().value())
                .as("a meter of its own for each pass")
                .isNaN();
    }

    @Test
    void ofEqualAnswersTheFirstCountsAndNaNIsWrong() {
        var meter = Metrics.accuracy().meter();
        meter.add(NDArray.of(Shape.of(2, 2), 1, 1, Float.NaN, 1f), NDArray.of(Shape.of(2), 0, 1));
        assertThat(meter.value()).isEqualTo(0.5);
    }

    @Test
    void whatDoesNotFitIsExplained() {
        var meter = Metrics.accuracy().meter();
        assertThatThrownBy(() -> meter.add(NDArray.of(Shape.of(2, 1), 1f, 2f), NDArray.of(Shape.of(2, 1), 1f, 2f)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "accuracy: takes answers [..., C] and int32 labels [...], not float32[2, 1] and float32[2, 1]");
        for (int bad : new int[] {-1, 3}) {
            assertThatThrownBy(() -> meter.add(NDArray.of(Shape.of(1, 3), 1f, 2f, 3f), NDArray.of(new int[] {bad})))
                    .isInstanceOf(DataException.class)
                    .hasMessage("accuracy: record 0 of the batch has label " + bad
                            + "; the answers are for 3 classes, labels are 0 to 2");
        }
    }
}
