package dev.baton.compiler;

import dev.baton.composite.Activations;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.RectifiedBatchNorm;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins to a batch normalisation in training the ReLU after it, with the addition of a shortcut between the two, and to
 * its gradient that of the ReLU. All of them are bound by memory, and a batch of pictures does not fit into the cache.
 */
final class RectifyBatchNorms {

    private final Map<Value, Integer> uses;

    /** By the batch normalisation, what is added to it; null where nothing is. */
    private final Map<Node, Value> addends = new HashMap<>();

    /** The additions and ReLUs that a batch normalisation does with, and which of their inputs has become their result. */
    private final Map<Node, Integer> joined = new HashMap<>();

    private RectifyBatchNorms(Graph graph) {
        uses = Uses.of(graph);
        graph.nodes().stream()
                .filter(node -> node.operation() == Activations.RELU)
                .forEach(this::join);
    }

    static Graph run(Graph graph) {
        var joins = new RectifyBatchNorms(graph);
        if (joins.joined.isEmpty() && graph.nodes().stream().noneMatch(RectifyBatchNorms::hasRectifiedGradient)) {
            return graph;
        }
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                if (joins.joined.containsKey(node)) {
                    return List.of(inputs.get(joins.joined.get(node)));
                }
                if (joins.addends.containsKey(node)) {
                    var operands = new ArrayList<>(inputs);
                    Value addend = joins.addends.get(node);
                    if (addend != null) {
                        operands.add(replaced(addend));
                    }
                    return outputsOf(emit().builder().add(RectifiedBatchNorm.FORWARD, operands, node.attributes()));
                }
                if (hasRectifiedGradient(node)) {
                    Node select = inputs.get(4).node();
                    var operands = new ArrayList<>(inputs.subList(0, 4));
                    operands.add(Positive.compared(select));
                    operands.add(select.input(1));
                    return outputsOf(emit().builder().add(RectifiedBatchNorm.BACKWARD, operands, node.attributes()));
                }
                return copy(node, inputs, node.attributes());
            }
        }.run();
    }

    private void join(Node relu) {
        Node before = relu.input(0).node();
        if (isForOne(relu.input(0))) {
            addends.put(before, null);
            joined.put(relu, 0);
        } else if (before.operation() == Primitive.ADD && uses.get(relu.input(0)) == 1) {
            // Of two summands the later one, so that the other is there when it runs.
            int later = before.input(0).node().id() > before.input(1).node().id() ? 0 : 1;
            if (isForOne(before.input(later))) {
                addends.put(before.input(later).node(), before.input(1 - later));
                joined.put(before, later);
                joined.put(relu, 0);
            }
        }
    }

    /** Whether a value is what a batch normalisation gives, and one operation alone reads it. */
    private boolean isForOne(Value value) {
        return value.node().operation() == BatchNorm.FORWARD && value.output() == 0 && uses.get(value) == 1;
    }

    /** Whether a node is the gradient of a batch normalisation, from a gradient that is 0 where a result is not above 0. */
    private static boolean hasRectifiedGradient(Node node) {
        return node.operation() == BatchNorm.BACKWARD
                && Positive.keeps(node.input(4).node());
    }
}
