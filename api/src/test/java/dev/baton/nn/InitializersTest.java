package dev.baton.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InitializersTest {

    /**
     * @param inputs how many numbers an output is the sum of
     * @param outputs how many an input goes into
     */
    record Fans(Shape shape, long inputs, long outputs) {}

    /** Linear layers are [inputs, outputs]; convolutions as in PyTorch, whose fan-out takes no heed of groups. */
    static Stream<Fans> fans() {
        return Stream.of(
                new Fans(Shape.of(300, 200), 300, 200),
                new Fans(Shape.of(64, 32, 3, 5), 32 * 15, 64 * 15),
                new Fans(Shape.of(96, 1, 7, 7), 49, 96 * 49),
                new Fans(Shape.of(80, 120, 5), 600, 400),
                new Fans(Shape.of(40, 20, 3, 3, 3), 540, 1080));
    }

    private static double[] values(Initializer initializer, Shape shape) {
        return initializer.initialize(shape, 7, "layer.weight").toDoubleArray();
    }

    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Math.sqrt(Arrays.stream(values)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow());
    }

    /** Of thousands of numbers the deviation is known to some 3 %, and the kind by the largest of them. */
    private static void isNormal(Initializer initializer, Shape shape, double deviation) {
        double[] values = values(initializer, shape);
        assertThat(deviation(values)).isCloseTo(deviation, within(0.05 * deviation));
        assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow()).isGreaterThan(3 * deviation);
        assertThat(Arrays.stream(values).average().orElseThrow())
                .isCloseTo(0, within(5 * deviation / Math.sqrt(values.length)));
    }

    private static void isUniform(Initializer initializer, Shape shape, double deviation) {
        double[] values = values(initializer, shape);
        assertThat(deviation(values)).isCloseTo(deviation, within(0.05 * deviation));
        double bound = Math.sqrt(3) * deviation;
        assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow())
                .isBetween(0.98 * bound, bound * (1 + 1e-7));
        assertThat(Arrays.stream(values).average().orElseThrow())
                .isCloseTo(0, within(5 * deviation / Math.sqrt(values.length)));
    }

    @ParameterizedTest
    @MethodSource("fans")
    void deviationsFollowTheFans(Fans fans) {
        double he = Math.sqrt(2.0 / fans.inputs());
        isNormal(Initializers.heNormal(), fans.shape(), he);
        isUniform(Initializers.heUniform(), fans.shape(), he);
        isNormal(Initializers.heNormal(0.2), fans.shape(), Math.sqrt(2 / 1.04 / fans.inputs()));
        isUniform(Initializers.heUniform(1), fans.shape(), Math.sqrt(1.0 / fans.inputs()));
        double xavier = Math.sqrt(2.0 / (fans.inputs() + fans.outputs()));
        isNormal(Initializers.xavierNormal(), fans.shape(), xavier);
        isUniform(Initializers.xavierUniform(), fans.shape(), xavier);
    }

    @Test
    void whatHasNoFansIsRefused() {
        List<Initializer> ofFans = List.of(
                Initializers.heNormal(),
                Initializers.heUniform(),
                Initializers.xavierNormal(),
                Initializers.xavierUniform());
        for (Initializer initializer : ofFans) {
            assertThatThrownBy(() -> initializer.initialize(Shape.of(5), 1, "bias"))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage(
                            "this initializer is for weights [inputs, outputs] of linear layers and [outputs, inputs / "
                                    + "groups, ...] of convolutions, not for [5]");
        }
        assertThatThrownBy(() -> Initializers.orthogonal().initialize(Shape.of(5), 1, "bias"))
                .hasMessage("only weights of two or more dimensions can be orthogonal, not [5]");
    }

    /** A normal distribution cut at two deviations keeps 0.8796 of its deviation: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)). */
    @Test
    void aTruncatedNormalHasNoTails() {
        double[] values = values(Initializers.truncatedNormal(0.02), Shape.of(200, 300));
        assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow()).isBetween(0.0398, 0.04);
        assertThat(deviation(values)).isCloseTo(0.8796 * 0.02, within(0.0002));
    }

    @Test
    void constantsAndBounds() {
        assertThat(values(Initializers.constant(0.25), Shape.of(3))).containsOnly(0.25);
        double[] values = values(Initializers.uniform(2, 3), Shape.of(1000));
        assertThat(Arrays.stream(values)).allMatch(x -> x >= 2 && x <= 3);
        assertThat(deviation(values)).isCloseTo(Math.sqrt(1 / 12.0), within(0.02));
        isNormal(Initializers.normal(3), Shape.of(10_000), 3);
        isUniform(Initializers.fanIn(12), Shape.of(10_000), 1.0 / 6);
    }

    /** Rows times rows, or columns times columns where these are fewer, are the identity, but for float32's rounding. */
    @Test
    void orthogonalWeightsAreOrthogonal() {
        Shape[] shapes = {
            Shape.of(1, 1),
            Shape.of(64, 64),
            Shape.of(5, 200),
            Shape.of(200, 5),
            Shape.of(16, 8, 3, 3),
            Shape.of(90, 2, 3)
        };
        for (Shape shape : shapes) {
            for (double gain : new double[] {1, 2}) {
                double[] values = values(Initializers.orthogonal(gain), shape);
                int rows = (int) shape.size(0);
                int columns = values.length / rows;
                boolean wide = rows <= columns;
                int count = Math.min(rows, columns);
                int length = Math.max(rows, columns);
                for (int i = 0; i < count; i++) {
                    for (int j = 0; j <= i; j++) {
                        double product = 0;
                        for (int k = 0; k < length; k++) {
                            product += values[wide ? i * columns + k : k * columns + i]
                                    * values[wide ? j * columns + k : k * columns + j];
                        }
                        assertThat(product)
                                .as("%s, vectors %d and %d", shape, i, j)
                                .isCloseTo(i == j ? gain * gain : 0, within(1e-6));
                    }
                }
            }
        }
    }

    /** Also of vectors that are nearly the same, where a single pass of the process leaves nothing right. */
    @Test
    void nearlyParallelVectorsBecomeOrthonormal() {
        int size = 8;
        double[][] vectors = new double[size][size];
        for (int i = 0; i < size; i++) {
            // Hilbert's matrix: its rows are independent, and hardly so.
            for (int j = 0; j < size; j++) {
                vectors[i][j] = 1.0 / (i + j + 1);
            }
        }
        Orthonormal.make(vectors);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double product = 0;
                for (int k = 0; k < size; k++) {
                    product += vectors[i][k] * vectors[j][k];
                }
                assertThat(product).as("%d, %d", i, j).isCloseTo(i == j ? 1 : 0, within(1e-14));
            }
        }
    }

    @Test
    void parametersOfOneModelDoNotStartAlike() {
        List<Initializer> random = List.of(
                Initializers.uniform(0, 1),
                Initializers.normal(1),
                Initializers.truncatedNormal(1),
                Initializers.heNormal(),
                Initializers.orthogonal());
        Shape shape = Shape.of(3, 4);
        for (Initializer initializer : random) {
            NDArray one = initializer.initialize(shape, 1, "0.weight");
            assertThat(initializer.initialize(shape, 1, "0.weight").toFloatArray())
                    .isEqualTo(one.toFloatArray());
            assertThat(initializer.initialize(shape, 1, "1.weight").toFloatArray())
                    .isNotEqualTo(one.toFloatArray());
            assertThat(initializer.initialize(shape, 2, "0.weight").toFloatArray())
                    .isNotEqualTo(one.toFloatArray());
        }
    }
}
