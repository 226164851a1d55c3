package dev.baton.program;

import dev.baton.graph.Graph;
import dev.baton.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * What a backend compiles: a scheduled graph of fixed shapes, all of whose composites the backend has claimed, and the
 * places of its variables.
 *
 * @param graph the nodes in the order in which they run
 * @param variableOffsets for each variable, the offset in bytes into the session's memory of variables
 */
public record Program(Graph graph, Map<String, Long> variableOffsets) {

    public Program {
        variableOffsets = Map.copyOf(variableOffsets);
    }

    /** The inputs in the order in which {@code Plan.run} takes them. */
    public List<Value> inputs() {
        return List.copyOf(graph.inputs().values());
    }

    /** The outputs in the order in which {@code Plan.read} numbers them. */
    public List<Value> outputs() {
        return List.copyOf(graph.outputs().values());
    }
}
