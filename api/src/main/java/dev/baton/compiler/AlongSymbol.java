package dev.baton.compiler;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Where the values of a graph have a symbolic dimension, such as the tokens of a text, and whether what they hold at one
 * index of it comes from what others hold there alone: then the graph may be run for some indices now and for others later.
 */
final class AlongSymbol {

    /**
     * Where a value has the symbol.
     *
     * @param axis whose dimension is a product with it
     * @param within how many elements of this dimension lie between one index and the next: 1 but where dimensions were
     *     joined
     */
    private record Place(int axis, Dim within) {
        static final Place NONE = new Place(-1, Dim.of(1));

        boolean isNone() {
            return axis < 0;
        }

        Place at(int other) {
            return new Place(other, within);
        }
    }

    /** Of a node whose results at one index come from other indices too. */
    private static final class Mixed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Mixed(Node node) {
            super(node.operation().label(), null, false, false);
        }
    }

    private final String symbol;
    private final Predicate<Node> trusted;
    private final Map<Value, Place> places = new HashMap<>();

    private AlongSymbol(String symbol, Predicate<Node> trusted) {
        this.symbol = symbol;
        this.trusted = trusted;
    }

    /**
     * Fails where a value at one index depends on other indices.
     *
     * @param trusted nodes that may look at other indices, and have the symbol as a dimension of its own
     * @return the values whose indices lie one behind the other in a dimension
     * @throws ShapeException naming the layer
     */
    static Set<Value> requireSeparate(Graph graph, String symbol, Predicate<Node> trusted) {
        var analysis = new AlongSymbol(symbol, trusted);
        for (Node node : graph.nodes()) {
            try {
                analysis.visit(node);
            } catch (Mixed e) {
                String layer = node.origin().layer();
                throw new ShapeException(
                        "tokens look at each other in " + (layer.isEmpty() ? "the model's own forward" : layer) + " ("
                                + e.getMessage() + "), and not only by causal attention\n  at  "
                                + node.origin().line());
            }
        }
        return analysis.places.entrySet().stream()
                .filter(entry -> entry.getValue().within().equals(Dim.of(1)))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** The axis of the only dimension with the symbol; -1 where there is none. */
    private int axis(Node node, Shape shape) {
        int found = -1;
        for (int i = 0; i < shape.rank(); i++) {
            long times = shape.dim(i).symbols().stream().filter(symbol::equals).count();
            if (times > 1 || (times == 1 && found >= 0)) {
                throw new Mixed(node);
            }
            found = times == 1 ? i : found;
        }
        return found;
    }

    private void visit(Node node) {
        for (int i = 0; i < node.outputs().size(); i++) {
            int axis = axis(node, node.output(i).shape());
            places.put(node.output(i), axis < 0 ? Place.NONE : place(node, i, axis));
        }
        boolean reads =
                node.inputs().stream().anyMatch(input -> !places.get(input).isNone());
        boolean writes = node.outputs().stream().anyMatch(type -> axis(node, type.shape()) >= 0);
        if (reads && !writes && !trusted.test(node)) {
            throw new Mixed(node);
        }
        if (node.is(Primitive.SIZE) && axis(node, node.attributes().shape("shape")) >= 0) {
            throw new Mixed(node);
        }
    }

    private Place place(Node node, int output, int axis) {
        if (trusted.test(node) || node.is(Primitive.INPUT)) {
            return new Place(axis, Dim.of(1));
        }
        if (node.operation() instanceof Composite composite && !composite.isElementwise()) {
            return ofDefinition(node, composite, output);
        }
        if (node.inputs().isEmpty() || node.is(Primitive.RANDOM_UNIFORM)) {
            throw new Mixed(node);
        }
        if (node.operation().isElementwise()) {
            return common(node, node.inputs());
        }
        Place first = places.get(node.input(0));
        return switch ((Primitive) node.operation()) {
            case RESHAPE -> reshaped(node, first, axis);
            case TRANSPOSE -> require(node, first.at(indexOf(node.attributes().axes("axes"), first.axis())), axis);
            case BROADCAST -> first.isNone() ? new Place(axis, Dim.of(1)) : first.at(axis);
            case SLICE -> require(node, unlessCut(node, first), axis);
            case PAD -> require(node, unlessPadded(node, first), axis);
            case CONCAT -> {
                Place common = common(node, node.inputs());
                yield common.axis() == node.attributes().integer("axis") ? fail(node) : common;
            }
            case SUM, REDUCE_MAX, ALL, ARGMAX -> first.at(axis);
            case GATHER -> gathered(node, first, axis);
            case MATMUL -> multiplied(node, axis);
            default -> fail(node);
        };
    }

    private static <T> T fail(Node node) {
        throw new Mixed(node);
    }

    private static Place require(Node node, Place place, int axis) {
        return place.axis() == axis ? place : fail(node);
    }

    private static int indexOf(int[] axes, int wanted) {
        for (int i = 0; i < axes.length; i++) {
            if (axes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    /** That of all values that have one. */
    private Place common(Node node, List<Value> values) {
        Place common = Place.NONE;
        for (Value value : values) {
            Place place = places.get(value);
            if (!place.isNone() && !common.isNone() && !place.equals(common)) {
                throw new Mixed(node);
            }
            common = place.isNone() ? common : place;
        }
        return common.isNone() ? fail(node) : common;
    }

    /** The elements between one index and the next stay as many. */
    private Place reshaped(Node node, Place before, int axis) {
        Dim between = behind(node.input(0).shape(), before.axis()).times(before.within());
        Dim behind = behind(node.output(0).shape(), axis);
        // Of nothing, everything is in its place.
        Dim within = behind.equals(Dim.of(0)) ? Dim.of(1) : between.dividedBy(behind);
        boolean fits = within != null && node.output(0).shape().dim(axis).dividedBy(within) != null;
        return fits ? new Place(axis, within) : fail(node);
    }

    private static Dim behind(Shape shape, int axis) {
        return Shape.of(shape.dims().subList(axis + 1, shape.rank())).elements();
    }

    private static Place unlessCut(Node node, Place place) {
        boolean whole = node.attributes().get("starts", long[].class)[place.axis()] == 0
                && node.output(0)
                        .shape()
                        .dim(place.axis())
                        .equals(node.input(0).shape().dim(place.axis()));
        return whole ? place : fail(node);
    }

    private static Place unlessPadded(Node node, Place place) {
        boolean none = node.attributes().get("before", long[].class)[place.axis()] == 0
                && node.attributes().get("after", long[].class)[place.axis()] == 0;
        return none ? place : fail(node);
    }

    private Place gathered(Node node, Place table, int axis) {
        return table.isNone() ? require(node, places.get(node.input(1)), axis) : fail(node);
    }

    /** Rows of the left factor, or of both along leading dimensions, are multiplied each by itself. */
    private Place multiplied(Node node, int axis) {
        Place left = places.get(node.input(0));
        Place right = places.get(node.input(1));
        int rank = node.output(0).shape().rank();
        if (axis < rank - 2) {
            return common(node, node.inputs());
        }
        boolean ofColumns = axis == rank - 1;
        Place own = ofColumns ? right : left;
        Place other = ofColumns ? left : right;
        boolean transposed = node.attributes().flag(ofColumns ? "transposeB" : "transposeA");
        int expected = ofColumns == transposed ? rank - 2 : rank - 1;
        return other.isNone() && own.axis() == expected ? own.at(axis) : fail(node);
    }

    /** A composite keeps indices apart where its definition does. */
    private Place ofDefinition(Node node, Composite composite, int output) {
        List<TensorType> types = node.inputTypes();
        Graph definition;
        try {
            definition = composite.traceDefinition(types, node.attributes());
        } catch (ShapeException e) {
            // It has to know how many indices there are.
            throw new Mixed(node);
        }
        var inner = new AlongSymbol(symbol, trusted);
        for (int i = 0; i < types.size(); i++) {
            Value input = definition.inputs().get(Integer.toString(i));
            inner.places.put(input, places.get(node.input(i)));
        }
        definition.nodes().stream().filter(each -> !each.is(Primitive.INPUT)).forEach(each -> {
            try {
                inner.visit(each);
            } catch (Mixed e) {
                throw new Mixed(node);
            }
        });
        return inner.places.get(definition.outputs().get(Integer.toString(output)));
    }
}
