package dev.baton.compiler;

import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Does elementwise operations on a matrix product in the product's own shape, and reshapes their results: a layer on
 * [N, T, C] multiplies [N T, C], and what follows the product element by element can only be its epilogue where both go
 * through the same shape. No bit changes.
 */
final class ReshapeLater extends Graph.Rewriter {

    private final Map<Value, Integer> uses;

    /** Of the new graph: products, and what is computed on them in their shape. */
    private final Set<Node> onProducts = new HashSet<>();

    private ReshapeLater(Graph graph) {
        super(graph);
        uses = Uses.of(graph);
    }

    static Graph run(Graph graph) {
        boolean hasBoth = graph.nodes().stream().anyMatch(node -> node.is(Primitive.MATMUL))
                && graph.nodes().stream().anyMatch(node -> node.is(Primitive.RESHAPE));
        return hasBoth ? new ReshapeLater(graph).run() : graph;
    }

    @Override
    protected List<Value> rewrite(Node node, List<Value> inputs) {
        Shape shape = node.operation().isElementwise() ? productShape(inputs) : null;
        List<Value> operands = shape == null ? null : operands(node, inputs, shape);
        if (operands == null) {
            List<Value> copies = copy(node, inputs, node.attributes());
            if (node.is(Primitive.MATMUL)) {
                onProducts.add(copies.get(0).node());
            }
            return copies;
        }
        Value result = emit().apply(node.operation(), node.attributes(), operands.toArray(Value[]::new));
        onProducts.add(result.node());
        return List.of(emit().reshape(result, node.outputs().get(0).shape()));
    }

    /** The shape of a product among the operands that was reshaped; null where there is none. */
    private Shape productShape(List<Value> inputs) {
        return inputs.stream()
                .filter(input -> input.node().is(Primitive.RESHAPE))
                .map(input -> input.node().input(0))
                .filter(source -> onProducts.contains(source.node()))
                .map(Value::shape)
                .findFirst()
                .orElse(null);
    }

    /** All operands in another shape; null where one of them would have to be moved or stored for that. */
    private List<Value> operands(Node node, List<Value> inputs, Shape shape) {
        var operands = new ArrayList<Value>();
        for (int i = 0; i < inputs.size(); i++) {
            boolean readByOthers = uses.getOrDefault(node.input(i), 0) > 1;
            Value operand = inShape(inputs.get(i), shape, readByOthers);
            if (operand == null) {
                return null;
            }
            operands.add(operand);
        }
        return operands;
    }

    private Value inShape(Value value, Shape shape, boolean readByOthers) {
        Node node = value.node();
        if (node.is(Primitive.RESHAPE)) {
            return emit().reshape(node.input(0), shape);
        }
        if (node.is(Primitive.BROADCAST)) {
            return broadcast(node.input(0), value.shape(), shape);
        }
        if (node.is(Primitive.SLICE)) {
            Value reshaped = emit().reshape(value, shape);
            return new Views().through(reshaped.node()) == null ? null : reshaped;
        }
        boolean isStored =
                !node.is(Primitive.Kind.MOVEMENT) && (!node.operation().isElementwise() || readByOthers);
        return isStored ? emit().reshape(value, shape) : null;
    }

    /** A number, or a row of numbers where both shapes have rows of that length. */
    private Value broadcast(Value value, Shape from, Shape to) {
        if (value.shape().size() == 1) {
            return emit().broadcast(emit().reshape(value, Shape.scalar()), to);
        }
        long row = to.size(to.rank() - 1);
        boolean isRow = value.shape().size() == row
                && value.shape().rank() > 0
                && value.shape().size(value.shape().rank() - 1) == row
                && from.size(from.rank() - 1) == row;
        return isRow ? emit().broadcast(emit().reshape(value, Shape.of(row)), to) : null;
    }
}
