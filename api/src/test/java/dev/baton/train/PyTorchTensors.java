package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * Tensors as PyTorch computed them (benchmarks/peers/oracle): their values in double precision, and how far PyTorch is
 * off in single precision.
 */
final class PyTorchTensors {

    private static final double TIMES_AS_FAR = 4;

    /**
     * What is always allowed, relative to the tensor's largest element: two units in its last place. It covers the
     * constants of a graph, such as the momentum 0.1, which are in single precision whatever computes with them.
     */
    private static final double FLOOR = 0x1p-22;

    private PyTorchTensors() {}

    static JsonNode pictures() {
        return read("pytorch-pictures.json");
    }

    static JsonNode transformers() {
        return read("pytorch-transformers.json");
    }

    static JsonNode layers() {
        return read("pytorch-layers.json");
    }

    static JsonNode read(String name) {
        try (var file = PyTorchTensors.class.getResourceAsStream(name)) {
            return new ObjectMapper().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Compares a tensor with PyTorch's.
     *
     * @param exact computed in double precision by the reference interpreter
     * @param got computed in single precision by a backend, from the same numbers
     */
    static void compare(JsonNode tensor, double[] exact, double[] got) {
        compare(
                tensor.get("name").asText(),
                doubles(tensor.get("float64")),
                tensor.get("float32Error").asDouble(),
                exact,
                got);
    }

    /** The same, from PyTorch's values in double precision and how far single precision is off. */
    static void compare(String name, double[] wanted, double off, double[] exact, double[] got) {
        double largest = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
        assertThat(distance(exact, wanted)).as("%s in double", name).isLessThanOrEqualTo(off + FLOOR * largest);
        assertThat(distance(got, wanted)).as(name).isLessThanOrEqualTo(TIMES_AS_FAR * off + FLOOR * largest);
    }

    static double[] doubles(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    static double distance(double[] a, double[] b) {
        assertThat(a).hasSameSizeAs(b).doesNotContain(Double.NaN);
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    /** The element of a list of the oracle's that has a name. */
    static JsonNode named(JsonNode list, String name) {
        for (JsonNode one : list) {
            if (one.get("name").asText().equals(name)) {
                return one;
            }
        }
        throw new IllegalArgumentException("the oracle's file has no " + name);
    }

    /** The names of the elements of a list of the oracle's. */
    static List<String> names(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(one -> one.get("name").asText())
                .toList();
    }

    /** A parameter, or its gradient, as PyTorch has it: a weight that is transposed in files is transposed there. */
    static double[] asInFiles(Layer layer, String name, double[] values) {
        for (Parameter parameter : layer.parameters()) {
            if (name.equals(parameter.name()) && parameter.layout() == Parameter.FileLayout.TRANSPOSED) {
                int rows = (int) parameter.shape().size(0);
                int columns = (int) parameter.shape().size(1);
                var turned = new double[values.length];
                for (int i = 0; i < values.length; i++) {
                    turned[i % columns * rows + i / columns] = values[i];
                }
                return turned;
            }
        }
        return values;
    }

    /** Operands by name. */
    static Map<String, NDArray> operands(JsonNode list) {
        var operands = new LinkedHashMap<String, NDArray>();
        list.forEach(operand -> operands.put(operand.get("name").asText(), operand(operand, 0)));
        return operands;
    }

    /**
     * An operand by the oracle's formula: numbers, or indices, or truth values.
     *
     * @param later how many streams after that of the file
     */
    static NDArray operand(JsonNode operand, int later) {
        var sizes = new ArrayList<Long>();
        operand.get("shape").forEach(size -> sizes.add(size.asLong()));
        Shape shape = Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
        int stream = operand.get("stream").asInt() + later;
        int bound = operand.get("bound").asInt();
        if (operand.has("kind")) {
            boolean mask = operand.get("kind").asText().equals("MASK");
            NDArray array = NDArray.zeros(mask ? DType.BOOL : DType.INT32, shape);
            for (int i = 0; i < array.size(); i++) {
                int index = OracleData.below(stream, i, bound);
                array.set(i, mask ? Math.min(index, 1) : index);
            }
            return array;
        }
        int scale = operand.get("scale").asInt();
        return NDArray.of(
                shape, values(stream, bound, scale, operand.get("shift").asInt(), shape.size()));
    }

    /** The gradient that arrives at the output of a function. */
    static NDArray above(Shape shape) {
        return NDArray.of(shape, values(900, 4096, 2048, 0, shape.size()));
    }

    /** Numbers by the oracle's formula. */
    static float[] values(int stream, int bound, int scale, int shift, long count) {
        var values = new float[(int) count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (OracleData.below(stream, i, 2 * bound + 1) - bound) / scale + shift;
        }
        return values;
    }
}
