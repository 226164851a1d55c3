package dev.baton.compiler;

import dev.baton.composite.Activations;
import dev.baton.composite.Convolution;
import dev.baton.composite.RectifiedConvolution;
import dev.baton.composite.WinogradConvolution;
import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * Joins a ReLU to the convolution before it, and its gradient to that of the convolution after it: what is in a register
 * already need not be read and written again.
 */
final class RectifyConvolutions {

    private RectifyConvolutions() {}

    static Graph run(Graph graph) {
        Map<Value, Integer> uses = Uses.of(graph);
        if (graph.nodes().stream().noneMatch(node -> joinsForward(node, uses) || joinsGradient(node, uses))) {
            return graph;
        }
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                if (joinsForward(node, uses)) {
                    Node convolution = inputs.get(0).node();
                    return List.of(emit().apply(
                                    rectified(convolution),
                                    convolution.attributes(),
                                    convolution.inputs().toArray(Value[]::new)));
                }
                if (joinsGradient(node, uses)) {
                    Node gradient = inputs.get(1).node();
                    return List.of(emit().apply(
                                    RectifiedConvolution.INPUT_GRADIENT,
                                    gradient.attributes(),
                                    gradient.input(0),
                                    gradient.input(1),
                                    replaced(Positive.compared(node))));
                }
                return copy(node, inputs, node.attributes());
            }
        }.run();
    }

    private static boolean joinsForward(Node node, Map<Value, Integer> uses) {
        return node.operation() == Activations.RELU
                && rectified(node.input(0).node()) != null
                && uses.get(node.input(0)) == 1;
    }

    /** What computes a convolution and the ReLU after it; null where the node is none. */
    private static Composite rectified(Node node) {
        if (node.operation() == Convolution.FORWARD) {
            return RectifiedConvolution.FORWARD;
        }
        return node.operation() == WinogradConvolution.INSTANCE ? WinogradConvolution.RECTIFIED : null;
    }

    private static boolean joinsGradient(Node node, Map<Value, Integer> uses) {
        return Positive.keeps(node)
                && node.input(1).node().operation() == Convolution.INPUT_GRADIENT
                && uses.get(node.input(1)) == 1;
    }
}
