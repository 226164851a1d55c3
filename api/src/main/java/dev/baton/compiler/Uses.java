package dev.baton.compiler;

import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How often each value of a graph is read, handed out or assigned; what reads for nobody does not count. */
final class Uses {

    private Uses() {}

    static Map<Value, Integer> of(Graph graph) {
        var uses = new HashMap<Value, Integer>();
        graph.outputs().values().forEach(value -> uses.merge(value, 1, Integer::sum));
        graph.assignments().values().forEach(value -> uses.merge(value, 1, Integer::sum));
        List<Node> nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            // Whoever reads it comes later and was counted.
            if (IntStream.range(0, node.outputs().size()).anyMatch(output -> uses.containsKey(node.output(output)))) {
                node.inputs().forEach(value -> uses.merge(value, 1, Integer::sum));
            }
        }
        return uses;
    }
}
