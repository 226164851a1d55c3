package dev.baton.compiler;

import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Value;
import java.util.List;
import java.util.function.Predicate;

/** Puts the definition in the place of every composite that the backend does not claim. */
final class ExpandComposites {

    private ExpandComposites() {}

    static Graph run(Graph graph, Predicate<Node> claimed) {
        Graph current = graph;
        // A definition may hold composites itself: until none is left that is not claimed.
        while (current.nodes().stream().anyMatch(node -> isToExpand(node, claimed))) {
            current = once(current, claimed);
        }
        return current;
    }

    private static boolean isToExpand(Node node, Predicate<Node> claimed) {
        return node.operation() instanceof Composite && !claimed.test(node);
    }

    private static Graph once(Graph graph, Predicate<Node> claimed) {
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                return isToExpand(node, claimed)
                        ? ((Composite) node.operation()).define(emit(), inputs, node.attributes())
                        : copy(node, inputs, node.attributes());
            }
        }.run();
    }
}
