package dev.baton.compiler;

import dev.baton.graph.Graph;
import dev.baton.graph.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** How often each value of a graph is read, handed out or assigned. */
final class Uses {

    private Uses() {}

    static Map<Value, Integer> of(Graph graph) {
        var uses = new HashMap<Value, Integer>();
        Stream.of(
                        graph.nodes().stream().flatMap(node -> node.inputs().stream()),
                        graph.outputs().values().stream(),
                        graph.assignments().values().stream())
                .flatMap(values -> values)
                .forEach(value -> uses.merge(value, 1, Integer::sum));
        return uses;
    }
}
