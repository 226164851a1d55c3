package dev.baton.compiler;

import dev.baton.NDArray;
import dev.baton.graph.Attributes;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Common subexpressions: what is computed twice from the same values is computed once. */
final class MergeEqualNodes {

    private MergeEqualNodes() {}

    static Graph run(Graph graph) {
        Map<List<Object>, List<Value>> known = new HashMap<>();
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                List<Object> key = List.of(node.operation(), inputs, details(node));
                List<Value> same = known.get(key);
                if (same == null) {
                    same = copy(node, inputs, node.attributes());
                    known.put(key, same);
                }
                return same;
            }
        }.run();
    }

    /** What makes two nodes of one operation on the same values compute the same; constants are compared by their numbers. */
    private static Object details(Node node) {
        Attributes attributes = node.attributes();
        if (!node.is(Primitive.CONSTANT)) {
            return attributes;
        }
        NDArray value = attributes.get("value", NDArray.class);
        return List.of(value.dtype(), value.shape(), value.bytes());
    }
}
