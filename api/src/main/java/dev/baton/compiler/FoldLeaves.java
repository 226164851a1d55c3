package dev.baton.compiler;

import dev.baton.NDArray;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/** Once sizes are known, counts of elements and 0, 1, 2, ... are constants. */
final class FoldLeaves {

    private FoldLeaves() {}

    static Graph run(Graph graph) {
        if (graph.nodes().stream().noneMatch(FoldLeaves::isFolded)) {
            return graph;
        }
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                if (!isFolded(node)) {
                    return copy(node, inputs, node.attributes());
                }
                TensorType type = node.outputs().get(0);
                NDArray array = NDArray.zeros(type.dtype(), type.shape());
                for (int i = 0; i < array.size(); i++) {
                    array.set(
                            i,
                            node.is(Primitive.IOTA)
                                    ? i
                                    : node.attributes().shape("shape").size());
                }
                return List.of(emit().constant(array));
            }
        }.run();
    }

    private static boolean isFolded(Node node) {
        return node.is(Primitive.SIZE) || node.is(Primitive.IOTA);
    }
}
