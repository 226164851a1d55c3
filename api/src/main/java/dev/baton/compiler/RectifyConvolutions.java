package dev.baton.compiler;

import dev.baton.composite.Activations;
import dev.baton.composite.Convolution;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Value;
import java.util.List;
import java.util.Map;

/** Joins a ReLU to the convolution before it: what is in a register already need not be read and written again. */
final class RectifyConvolutions {

    private RectifyConvolutions() {}

    static Graph run(Graph graph) {
        Map<Value, Integer> uses = Uses.of(graph);
        if (graph.nodes().stream().noneMatch(node -> joins(node, uses))) {
            return graph;
        }
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                if (!joins(node, uses)) {
                    return copy(node, inputs, node.attributes());
                }
                Node convolution = inputs.get(0).node();
                return List.of(emit().apply(
                                Convolution.RECTIFIED,
                                convolution.attributes(),
                                convolution.inputs().toArray(Value[]::new)));
            }
        }.run();
    }

    private static boolean joins(Node node, Map<Value, Integer> uses) {
        return node.operation() == Activations.RELU
                && node.input(0).node().operation() == Convolution.FORWARD
                && uses.get(node.input(0)) == 1;
    }
}
