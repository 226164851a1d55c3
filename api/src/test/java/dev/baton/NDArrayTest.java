package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class NDArrayTest {

    @Test
    void arraysOfJavaKeepTheirValues() {
        assertThat(NDArray.of(new float[] {1.5f, -2}).shape()).isEqualTo(Shape.of(2));
        assertThat(NDArray.of(new float[] {1.5f, -2}).toFloatArray()).containsExactly(1.5f, -2);
        assertThat(NDArray.of(new int[] {3, -4, 5}).toIntArray()).containsExactly(3, -4, 5);
        NDArray rows = NDArray.of(new float[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(rows.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(rows.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(NDArray.of(new float[0][]).shape()).isEqualTo(Shape.of(0, 0));
        assertThat(NDArray.of(Shape.of(2), Long.MAX_VALUE, -1L).toLongArray()).containsExactly(Long.MAX_VALUE, -1);
        assertThat(NDArray.of(Shape.of(2), true, false).toDoubleArray()).containsExactly(1, 0);
        assertThat(NDArray.of(Shape.of(2), 0.1, 1e300).toDoubleArray()).containsExactly(0.1, 1e300);
    }

    @Test
    void aCopyIsMade() {
        float[] values = {1, 2};
        NDArray array = NDArray.of(values);
        values[0] = 9;
        assertThat(array.get(0)).isEqualTo(1);
        array.toFloatArray()[1] = 9;
        assertThat(array.get(1)).isEqualTo(2);
    }

    @Test
    void printsAsPeopleWriteArrays() {
        assertThat(NDArray.of(new float[] {0.1f, -2})).hasToString("float32[2] [0.1, -2.0]");
        assertThat(NDArray.of(new int[] {1, 2})).hasToString("int32[2] [1, 2]");
        assertThat(NDArray.of(Shape.of(1), Long.MAX_VALUE)).hasToString("int64[1] [9223372036854775807]");
        assertThat(NDArray.of(Shape.of(2), true, false)).hasToString("bool[2] [true, false]");
        assertThat(NDArray.of(Shape.scalar(), 0.1)).hasToString("float64[] 0.1");
        assertThat(NDArray.of(new float[0])).hasToString("float32[0] []");
        assertThat(NDArray.of(new float[][] {{1, 2}, {3, 4}})).hasToString("float32[2, 2]\n[[1.0, 2.0],\n [3.0, 4.0]]");
        assertThat(NDArray.of(Shape.of(2, 1, 2), 1, 2, 3, 4)).hasToString("int32[2, 1, 2]\n[[[1, 2]],\n [[3, 4]]]");
        assertThat(NDArray.of(new int[] {1, 2, 3, 4, 5, 6})).hasToString("int32[6] [1, 2, 3, 4, 5, 6]");
        assertThat(NDArray.of(new int[] {1, 2, 3, 4, 5, 6, 7})).hasToString("int32[7] [1, 2, 3, ..., 5, 6, 7]");
        assertThat(NDArray.zeros(DType.INT32, Shape.of(7, 2)).toString().lines())
                .containsExactly(
                        "int32[7, 2]", "[[0, 0],", " [0, 0],", " [0, 0],", " ...,", " [0, 0],", " [0, 0],", " [0, 0]]");
        assertThat(NDArray.zeros(DType.FLOAT32, Shape.of(0, 3))).hasToString("float32[0, 3]\n[]");
        assertThat(NDArray.zeros(DType.FLOAT32, Shape.of(2, 0))).hasToString("float32[2, 0]\n[[],\n []]");
    }

    @Test
    void theFirstValueThatIsNotFiniteIsFound() {
        assertThat(NDArray.of(new float[] {1, Float.MAX_VALUE}).firstNotFinite())
                .isEqualTo(-1);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            assertThat(NDArray.of(new float[] {1, bad, bad}).firstNotFinite()).isEqualTo(1);
            assertThat(NDArray.of(Shape.of(2), 1.0, (double) bad).firstNotFinite())
                    .isEqualTo(1);
        }
        assertThat(NDArray.of(new int[] {Integer.MIN_VALUE}).firstNotFinite()).isEqualTo(-1);
    }

    @Test
    void whatDoesNotFitIsExplained() {
        assertThatThrownBy(() -> NDArray.of(Shape.of(2, 2), 1f, 2f, 3f))
                .isInstanceOf(ShapeException.class)
                .hasMessage("3 values do not fill shape [2, 2] of 4");
        assertThatThrownBy(() -> NDArray.of(new float[][] {{1, 2}, {3}}))
                .isInstanceOf(ShapeException.class)
                .hasMessage("row 1 has 1 values, row 0 has 2");
        assertThatThrownBy(() -> NDArray.of(new float[1]).ints()).hasMessage("the array holds float32, not int32");
        assertThatThrownBy(() -> NDArray.zeros(DType.FLOAT32, Shape.of(List.of(Dim.symbol("N"), Dim.of(2)))))
                .isInstanceOf(ShapeException.class)
                .hasMessage("an array has a shape of fixed sizes, not [N, 2]");
        for (Shape shape : List.of(Shape.of(100_000, 100_000), Shape.of(Long.MAX_VALUE, 4))) {
            assertThatThrownBy(() -> NDArray.zeros(DType.FLOAT32, shape))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage("an array holds at most 2 GiB, which float32" + shape + " is not");
        }
        NDArray array = NDArray.of(new float[2]);
        for (int index : new int[] {-1, 2}) {
            assertThatThrownBy(() -> array.get(index))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("Index " + index + " out of bounds for length 2");
            assertThatThrownBy(() -> array.set(index, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
