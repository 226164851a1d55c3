package dev.baton.compiler;

import dev.baton.composite.Activations;
import dev.baton.composite.MaxPool;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * Takes the gradient of a ReLU below the max pooling after it: what is 0 where an element was not above 0 is 0 where the
 * largest of its window was not, and there are fewer windows than elements. No bit changes.
 */
final class MaskPooledGradients {

    private MaskPooledGradients() {}

    static Graph run(Graph graph) {
        Map<Value, Integer> uses = Uses.of(graph);
        if (graph.nodes().stream().noneMatch(node -> masksPooled(node, uses))) {
            return graph;
        }
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                return masksPooled(node, uses)
                        ? List.of(masked(emit(), inputs.get(1).node()))
                        : copy(node, inputs, node.attributes());
            }
        }.run();
    }

    private static Value masked(Emitter emit, Node backward) {
        Value index = backward.input(1);
        Value kept = Activations.reluGradient(emit, index.node().output(0), backward.input(0));
        return emit.apply(MaxPool.BACKWARD, backward.attributes(), kept, index);
    }

    /** Whether a node is a pooling's gradient, read by nobody else, where what was pooled is above 0, and 0 elsewhere. */
    private static boolean masksPooled(Node node, Map<Value, Integer> uses) {
        if (!Positive.keeps(node) || uses.get(node.input(1)) != 1) {
            return false;
        }
        Node backward = node.input(1).node();
        if (backward.operation() != MaxPool.BACKWARD) {
            return false;
        }
        Node pooling = backward.input(1).node();
        return pooling.operation() == MaxPool.FORWARD
                && backward.input(1).output() == 1
                && pooling.input(0).equals(Positive.compared(node))
                && backward.attributes()
                        .equals(pooling.attributes()
                                .with(MaxPool.SHAPE, pooling.input(0).shape()));
    }
}
