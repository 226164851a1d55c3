package dev.baton.onnx.write;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.onnx.write.Translators.Translator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Leaves, and what moves elements without computing anything. */
final class Movements {

    static final Map<Operation, Translator> ALL = new HashMap<>();

    static {
        one(Primitive.CONSTANT, (file, node) -> file.constant(node.attributes().get("value", NDArray.class)));
        one(Primitive.SIZE, Movements::size);
        one(Primitive.IOTA, Movements::iota);
        one(Primitive.RESHAPE, (file, node) -> {
            Shape shape = node.output(0).shape();
            return node.input(0).shape().equals(shape)
                    ? file.full(node.input(0))
                    : file.reshape(file.full(node.input(0)), shape);
        });
        one(
                Primitive.TRANSPOSE,
                (file, node) -> transpose(
                        file, file.full(node.input(0)), node.attributes().get("axes", long[].class)));
        ALL.put(Primitive.BROADCAST, (file, node) -> {
            var small = file.at(node.input(0));
            file.put(node.output(0), small.name(), small.shape());
            return true;
        });
        one(Primitive.SLICE, Movements::slice);
        one(Primitive.PAD, Movements::pad);
        one(
                Primitive.CONCAT,
                (file, node) -> file.node(
                        "Concat",
                        node.inputs().stream().map(file::full).toList(),
                        AttributeDefs.integer("axis", node.attributes().integer("axis"))));
        one(Primitive.WINDOWS, Movements::windows);
        one(
                Primitive.GATHER,
                (file, node) -> file.node(
                        "Gather",
                        List.of(file.full(node.input(0)), file.full(node.input(1))),
                        AttributeDefs.integer("axis", 0)));
    }

    /** Gives the name of the one result, in its full size. */
    @FunctionalInterface
    interface One {
        String write(GraphWriter file, Node node);
    }

    private Movements() {}

    private static void one(Operation operation, One writer) {
        ALL.put(operation, translator(writer));
    }

    static Translator translator(One writer) {
        return (file, node) -> {
            file.put(node.output(0), writer.write(file, node));
            return true;
        };
    }

    static String transpose(GraphWriter file, String x, long... axes) {
        return file.node("Transpose", List.of(x), AttributeDefs.integers("perm", axes));
    }

    /** The number of elements of a shape, which may be symbolic. */
    private static String size(GraphWriter file, Node node) {
        DType dtype = node.output(0).dtype();
        Dim size = node.attributes().shape("shape").elements();
        if (size.isFixed()) {
            return file.scalar(dtype, size.size());
        }
        String scalar = file.node("Reshape", List.of(file.size(size), file.integers()));
        return cast(file, scalar, dtype);
    }

    static String cast(GraphWriter file, String x, DType dtype) {
        return file.node("Cast", List.of(x), AttributeDefs.integer("to", Types.number(dtype)));
    }

    private static String iota(GraphWriter file, Node node) {
        DType dtype = node.output(0).dtype();
        Dim length = node.output(0).shape().dim(0);
        if (length.isFixed()) {
            NDArray numbers = NDArray.zeros(dtype, Shape.of(length.size()));
            for (int i = 0; i < numbers.size(); i++) {
                numbers.set(i, i);
            }
            return file.constant(numbers);
        }
        String limit = file.node("Reshape", List.of(file.size(length), file.integers()));
        String range = file.node("Range", List.of(file.scalar(DType.INT64, 0), limit, file.scalar(DType.INT64, 1)));
        return cast(file, range, dtype);
    }

    private static String slice(GraphWriter file, Node node) {
        Shape from = node.input(0).shape();
        Shape to = node.output(0).shape();
        long[] starts = node.attributes().get("starts", long[].class);
        int[] cut = IntStream.range(0, from.rank())
                .filter(axis -> !from.dim(axis).equals(to.dim(axis)))
                .toArray();
        if (cut.length == 0) {
            return file.full(node.input(0));
        }
        return file.node(
                "Slice",
                List.of(
                        file.full(node.input(0)),
                        file.integers(IntStream.of(cut)
                                .mapToLong(axis -> starts[axis])
                                .toArray()),
                        file.integers(IntStream.of(cut)
                                .mapToLong(axis -> starts[axis] + to.size(axis))
                                .toArray()),
                        file.integers(IntStream.of(cut).asLongStream().toArray())));
    }

    private static String pad(GraphWriter file, Node node) {
        long[] before = node.attributes().get("before", long[].class);
        long[] after = node.attributes().get("after", long[].class);
        long[] pads =
                LongStream.concat(LongStream.of(before), LongStream.of(after)).toArray();
        String number = file.scalar(node.output(0).dtype(), node.attributes().number("value"));
        return file.node("Pad", List.of(file.full(node.input(0)), file.integers(pads), number));
    }

    /** [..., S] -> [..., O, K]: along each dimension, the elements of all windows by their numbers. */
    private static String windows(GraphWriter file, Node node) {
        Value x = node.input(0);
        long[] kernel = node.attributes().get("kernel", long[].class);
        long[] stride = node.attributes().get("stride", long[].class);
        long[] dilation = node.attributes().get("dilation", long[].class);
        int first = x.shape().rank() - kernel.length;
        String result = file.full(x);
        // Each dimension becomes two, O and K, side by side.
        for (int i = 0; i < kernel.length; i++) {
            long places = node.output(0).shape().size(first + i);
            var indices = new long[Math.toIntExact(places * kernel[i])];
            for (int at = 0; at < indices.length; at++) {
                indices[at] = at / kernel[i] * stride[i] + at % kernel[i] * dilation[i];
            }
            String numbers = file.constant(NDArray.of(Shape.of(places, kernel[i]), indices));
            result = file.node("Gather", List.of(result, numbers), AttributeDefs.integer("axis", first + 2L * i));
        }
        if (kernel.length == 1) {
            return result;
        }
        var order = new ArrayList<Long>();
        LongStream.range(0, first).forEach(order::add);
        IntStream.range(0, kernel.length).forEach(i -> order.add(first + 2L * i));
        IntStream.range(0, kernel.length).forEach(i -> order.add(first + 2L * i + 1));
        return transpose(file, result, order.stream().mapToLong(axis -> axis).toArray());
    }
}
