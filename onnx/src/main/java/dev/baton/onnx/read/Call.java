package dev.baton.onnx.read;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Value;
import dev.baton.nn.Statistic;
import dev.baton.onnx.format.AttributeDef;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One node with what it is given, while it is traced. */
final class Call {

    private static final int MOST_LISTED = 1 << 24;

    private final NodeSpec node;
    private final int opset;
    private final GraphBuilder graph;
    private final List<Item> inputs;
    private final java.util.function.Function<String, Statistic> statistics;

    /**
     * @param opset the version of the operators
     * @param inputs null for those that are left out
     * @param statistics the model's statistic of a name, or null
     */
    Call(
            NodeSpec node,
            int opset,
            GraphBuilder graph,
            List<Item> inputs,
            java.util.function.Function<String, Statistic> statistics) {
        this.node = node;
        this.opset = opset;
        this.graph = graph;
        this.inputs = inputs;
        this.statistics = statistics;
    }

    NodeSpec node() {
        return node;
    }

    int opset() {
        return opset;
    }

    GraphBuilder graph() {
        return graph;
    }

    Emitter emit() {
        return new Emitter(graph);
    }

    boolean isTraining() {
        return graph.mode() == GraphBuilder.Mode.TRAINING;
    }

    /** What cannot be done, with the place. */
    DataException refuse(String why) {
        return new DataException(node + " of operator set " + opset + ": " + why);
    }

    // Inputs

    boolean has(int input) {
        return input < inputs.size() && inputs.get(input) != null;
    }

    int count() {
        return inputs.size();
    }

    Item item(int input) {
        if (!has(input)) {
            throw refuse("input " + input + " is missing");
        }
        return inputs.get(input);
    }

    List<Item> items() {
        return inputs;
    }

    /** An input as a tensor, whatever is known of it. */
    Tensor tensor(int input) {
        return tensor(item(input));
    }

    Tensor tensor(Item item) {
        return Item.tensor(graph, item);
    }

    Tensor constant(NDArray array) {
        return wrap(emit().constant(array));
    }

    Tensor wrap(Value value) {
        return Tensor.of(graph, value);
    }

    /** A number with the type of a tensor, to be broadcast. */
    Tensor number(Tensor like, double number) {
        NDArray scalar = NDArray.zeros(like.dtype(), Shape.scalar());
        scalar.set(0, number);
        return constant(scalar);
    }

    /**
     * An input that has to be known.
     *
     * @param what messages call it
     */
    NDArray known(int input, String what) {
        if (item(input) instanceof Item.Known known) {
            return known.array();
        }
        throw refuse("input " + input + ", " + what
                + ", has to be known before the model runs, and here it depends on the model's inputs or parameters");
    }

    long[] longs(int input, String what) {
        NDArray array = known(input, what);
        if (array.dtype().isFloating()) {
            throw refuse("input " + input + ", " + what + ", is made of integers, not " + array.dtype());
        }
        return Item.longs(array);
    }

    /** A scalar, also where it stands in a shape of ones. */
    double scalar(int input, String what) {
        NDArray array = known(input, what);
        if (array.size() != 1) {
            throw refuse("input " + input + ", " + what + ", is one number, not " + array.shape());
        }
        return array.get(0);
    }

    /** Integers that are known but for symbols. */
    List<Size> sizes(int input, String what) {
        List<Size> sizes = Item.sizes(item(input));
        if (sizes == null) {
            throw refuse("input " + input + ", " + what
                    + ", has to be made of integers that are known before the model runs, and of sizes of its inputs");
        }
        return sizes;
    }

    /** A shape that is known but for symbols. */
    Shape shape(int input, String what) {
        return shape(sizes(input, what), what);
    }

    Shape shape(List<Size> sizes, String what) {
        var dims = new ArrayList<Dim>();
        for (Size size : sizes) {
            if (size.isNumber() && size.number() < 0) {
                throw refuse(what + " has a negative size, " + size.number());
            }
            dims.add(size.asDim());
        }
        return Shape.of(dims);
    }

    /** The statistic that an input is, where it is one. */
    Optional<Statistic> statistic(int input) {
        return Optional.ofNullable(statistics.apply(node.inputs().get(input)));
    }

    // Attributes

    boolean hasAttribute(String name) {
        return node.attributes().containsKey(name);
    }

    long integer(String name, long otherwise) {
        AttributeDef attribute = node.attributes().get(name);
        return attribute == null ? otherwise : attribute.getInteger();
    }

    boolean flag(String name) {
        return integer(name, 0) != 0;
    }

    double number(String name, double otherwise) {
        AttributeDef attribute = node.attributes().get(name);
        return attribute == null ? otherwise : attribute.getNumber();
    }

    String text(String name, String otherwise) {
        AttributeDef attribute = node.attributes().get(name);
        return attribute == null ? otherwise : attribute.getText().toStringUtf8();
    }

    /** Null where there is no such attribute. */
    long[] integers(String name) {
        AttributeDef attribute = node.attributes().get(name);
        return attribute == null
                ? null
                : attribute.getIntegersList().stream()
                        .mapToLong(Long::longValue)
                        .toArray();
    }

    long[] integers(String name, int count, long otherwise) {
        long[] values = integers(name);
        if (values == null) {
            values = new long[count];
            java.util.Arrays.fill(values, otherwise);
        }
        if (values.length != count) {
            throw refuse("attribute " + name + " has " + values.length + " numbers, and there are " + count
                    + " dimensions to say one of");
        }
        return values;
    }

    /** An axis counted from the front. */
    int axis(long axis, int rank) {
        long counted = axis < 0 ? axis + rank : axis;
        if (counted < 0 || counted >= rank) {
            throw refuse("there is no axis " + axis + " among " + rank + " dimensions");
        }
        return (int) counted;
    }

    /** An integer that has to fit where Java counts in ints. */
    int count(long number, String what) {
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw refuse(what + " cannot be " + number);
        }
        return (int) number;
    }

    /** A number of elements whose places are listed one by one, which are not too many for that. */
    int listed(long number) {
        if (number < 0 || number > MOST_LISTED) {
            throw refuse("Baton lists the places of at most " + MOST_LISTED + " elements, not " + number);
        }
        return (int) number;
    }

    /** The element type with the format's number. */
    DType dtype(long number) {
        return ArrayReader.dtype((int) number, node.toString());
    }
}
