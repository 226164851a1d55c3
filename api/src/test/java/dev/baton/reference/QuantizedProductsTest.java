package dev.baton.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.Int8Scale;
import dev.baton.composite.PackedWeight;
import dev.baton.composite.QuantizedProduct;
import dev.baton.composite.Window;
import dev.baton.graph.Attributes;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The definition of products of bytes, against whole numbers added up one by one. */
class QuantizedProductsTest {

    private final SplittableRandom random = new SplittableRandom(3);

    private double[] bytes(long count) {
        return random.ints(count, -127, 128).asDoubleStream().toArray();
    }

    private static double[] run(
            QuantizedProduct product, Attributes attributes, List<TensorType> types, List<double[]> values) {
        var builder = new GraphBuilder();
        var inputs = new ArrayList<Value>();
        Map<String, double[]> given = new HashMap<>();
        for (int i = 0; i < types.size(); i++) {
            inputs.add(builder.input("x" + i, types.get(i)));
            given.put("x" + i, values.get(i));
        }
        builder.output("y", builder.add(product, inputs, attributes).output(0));
        Graph graph = builder.build();
        return new Interpreter(graph, Interpreter.Precision.FLOAT)
                .run(given, Map.of())
                .outputs()
                .get("y");
    }

    private static TensorType int8(Shape shape) {
        return new TensorType(DType.INT8, shape);
    }

    private static List<TensorType> types(Shape x, Shape weight, long outputs) {
        return List.of(
                int8(x),
                int8(weight),
                new TensorType(DType.FLOAT32, Shape.of(outputs)),
                new TensorType(DType.INT32, Shape.of(outputs)));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 5, 17", "2, 3000, 3", "4, 64, 33"})
    void aLinearLayerAddsUpExactly(int rows, int inputs, int outputs) {
        double[] x = bytes((long) rows * inputs);
        Shape packed = PackedWeight.shape(outputs, 1, inputs);
        var weight = new double[(int) packed.size()];
        var plain = new double[outputs][inputs];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                // All of one sign among others: the largest sums.
                plain[o][i] = o == 1 ? 127 : random.nextInt(-127, 128);
                weight[PackedWeight.index(packed, o, 0, i)] = plain[o][i];
            }
        }
        var scales = new double[outputs];
        Arrays.fill(scales, 1);
        double[] bias = bytes(outputs);
        double[] y = run(
                QuantizedProduct.LINEAR,
                Attributes.none(),
                types(Shape.of(rows, inputs), packed.without(1), outputs),
                List.of(x, weight, scales, bias));
        for (int row = 0; row < rows; row++) {
            for (int o = 0; o < outputs; o++) {
                long sum = (long) bias[o];
                for (int i = 0; i < inputs; i++) {
                    sum += (long) (x[row * inputs + i] * plain[o][i]);
                }
                assertThat(y[row * outputs + o]).isEqualTo((float) sum);
            }
        }
    }

    @Test
    void aConvolutionReadsChannelsLastAndPadsWithItsZero() {
        var window = new Window(
                new long[] {3, 2}, new long[] {2, 1}, new long[] {1, 0}, new long[] {1, 1}, new long[] {1, 1});
        Shape x = Shape.of(2, 5, 4, 3);
        int outputs = 18;
        Shape packed = PackedWeight.shape(outputs, 3, 2 * 3);
        double[] values = bytes(x.size());
        var weight = new double[(int) packed.size()];
        var plain = new double[outputs][3][6];
        for (int o = 0; o < outputs; o++) {
            for (int row = 0; row < 3; row++) {
                for (int place = 0; place < 6; place++) {
                    plain[o][row][place] = random.nextInt(-127, 128);
                    weight[PackedWeight.index(packed, o, row, place)] = plain[o][row][place];
                }
            }
        }
        double[] bias = bytes(outputs);
        var scales = new double[outputs];
        Arrays.fill(scales, 0.25);
        long zero = -7;
        var kept = new Int8Scale(40, 3);
        Attributes attributes = kept.in(window.attributes().with(QuantizedProduct.PADDING, zero), "result");
        double[] y = run(
                QuantizedProduct.CONVOLUTION,
                attributes.with(QuantizedProduct.ACTIVATION, "relu"),
                types(x, packed, outputs),
                List.of(values, weight, scales, bias));
        int at = 0;
        for (int n = 0; n < 2; n++) {
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 4; j++) {
                    for (int o = 0; o < outputs; o++) {
                        double sum = bias[o];
                        for (int row = 0; row < 3; row++) {
                            for (int place = 0; place < 6; place++) {
                                int height = 2 * i + row - 1;
                                int width = j + place / 3;
                                boolean inside = height >= 0 && height < 5 && width < 4;
                                double value = inside ? values[((n * 5 + height) * 4 + width) * 3 + place % 3] : zero;
                                sum += value * plain[o][row][place];
                            }
                        }
                        double real = Math.max(sum * 0.25, 0);
                        double level = Math.max(-128, Math.min(127, Math.floor(real / 40 + 3.5)));
                        assertThat(y[at++]).isEqualTo(level);
                    }
                }
            }
        }
        assertThat(at).isEqualTo(y.length);
    }

    @Test
    void anAddendIsAddedAsTheNumberThatItIsOrStandsFor() {
        Shape packed = PackedWeight.shape(1, 1, 1);
        var weight = new double[(int) packed.size()];
        weight[0] = 2;
        var types = new ArrayList<>(types(Shape.of(3, 1), packed.without(1), 1));
        types.add(int8(Shape.of(3, 1)));
        double[] y = run(
                QuantizedProduct.LINEAR,
                new Int8Scale(0.5, 10).in(Attributes.none(), QuantizedProduct.ADDEND),
                types,
                List.of(new double[] {1, 2, 3}, weight, new double[] {1}, new double[] {0}, new double[] {10, 12, -128
                }));
        assertThat(y).containsExactly(2, 5, 6 - 69);
        types.set(4, new TensorType(DType.FLOAT32, Shape.of(3, 1)));
        double[] plain = run(
                QuantizedProduct.LINEAR,
                Attributes.none(),
                types,
                List.of(new double[] {1, 2, 3}, weight, new double[] {1}, new double[] {0}, new double[] {0.5, -4, 1}));
        assertThat(plain).containsExactly(2.5, 0, 7);
    }

    @Test
    void aScaleHoldsItsRangeAndKeepsZero() {
        for (double[] range : new double[][] {{0, 6}, {-1, 1}, {-3, 0}, {2, 5}, {-0.2, 17}, {0, 0}, {-1e-30, 1e-30}}) {
            Int8Scale scale = Int8Scale.of(range[0], range[1]);
            assertThat((Byte.MAX_VALUE + 0.5 - scale.zero()) * scale.scale())
                    .isGreaterThanOrEqualTo(range[1] * (1 - 1e-9));
            assertThat((Byte.MIN_VALUE - 0.5 - scale.zero()) * scale.scale())
                    .isLessThanOrEqualTo(range[0] * (1 - 1e-9));
        }
        assertThatThrownBy(() -> new Int8Scale(0, 0))
                .isInstanceOf(BatonException.class)
                .hasMessage("a scale is a positive number, not 0.0");
        assertThatThrownBy(() -> new Int8Scale(1, 128)).hasMessage("zero is kept as a byte, not as 128");
    }

    @Test
    void wrongOperandsAreNamed() {
        Shape weight = PackedWeight.shape(3, 1, 8).without(1);
        var builder = new GraphBuilder();
        List<Value> inputs = new ArrayList<>();
        for (TensorType type : types(Shape.of(2, 9), weight, 3)) {
            inputs.add(builder.input("x" + inputs.size(), type));
        }
        assertThatThrownBy(() -> builder.add(QuantizedProduct.LINEAR, inputs, Attributes.none()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("the weight is int8[1, 2, 16, 4], not int8[1, 3, 16, 4]");
        Attributes unknown = Attributes.of(QuantizedProduct.ACTIVATION, "tanh");
        List<Value> fitting = new ArrayList<>(inputs);
        fitting.set(0, builder.input("x", int8(Shape.of(2, 8))));
        assertThatThrownBy(() -> builder.add(QuantizedProduct.LINEAR, fitting, unknown))
                .hasMessageContaining("ends with one of [relu, gelu, gelu tanh, silu], not with 'tanh'");
        assertThatThrownBy(() -> builder.add(QuantizedProduct.LINEAR, inputs.subList(0, 3), Attributes.none()))
                .hasMessageContaining("takes x, a weight, scales, a bias and perhaps an addend");
        Attributes adding = new Int8Scale(0.5, 0).in(Attributes.none(), QuantizedProduct.ADDEND);
        assertThatThrownBy(() -> builder.add(QuantizedProduct.LINEAR, fitting, adding))
                .hasMessageContaining("there is the scale of an addend, and no addend");
        fitting.add(builder.input("addend", new TensorType(DType.FLOAT32, Shape.of(2, 3))));
        assertThatThrownBy(() -> builder.add(QuantizedProduct.LINEAR, fitting, adding))
                .hasMessageContaining("the addend is float32[2, 3], not int8[2, 3]");
        fitting.set(4, builder.input("bytes", int8(Shape.of(2, 3))));
        assertThatThrownBy(() -> builder.add(QuantizedProduct.LINEAR, fitting, Attributes.none()))
                .hasMessageContaining("the addend is int8[2, 3], not float32[2, 3]");
    }
}
