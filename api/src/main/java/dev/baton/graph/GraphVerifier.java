package dev.baton.graph;

import dev.baton.BatonException;
import java.util.List;

/** The executable specification of a valid graph; run after every pass. */
public final class GraphVerifier {

    private GraphVerifier() {}

    /**
     * Checks order, types and names.
     *
     * @throws BatonException naming the first node that breaks a rule
     */
    public static void verify(Graph graph) {
        List<Node> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (node.id() != i) {
                throw broken(node, "has number " + node.id() + " at position " + i);
            }
            for (Value input : node.inputs()) {
                if (!owns(graph, input) || input.node().id() >= i) {
                    throw broken(node, "reads " + input + ", which does not come before it");
                }
            }
            check(
                    node.operation().infer(node.inputTypes(), node.attributes()).equals(node.outputs()),
                    node,
                    "has types that its operation does not give");
        }
        graph.inputs().forEach((name, value) -> checkName(graph, Primitive.INPUT, name, value));
        graph.variables().forEach((name, value) -> checkName(graph, Primitive.VARIABLE, name, value));
        graph.outputs()
                .values()
                .forEach(value -> check(owns(graph, value), value.node(), "is an output of another graph"));
        graph.assignments().forEach((name, value) -> {
            check(owns(graph, value), value.node(), "is assigned from another graph");
            Value variable = graph.variables().get(name);
            check(
                    variable != null && variable.type().equals(value.type()),
                    value.node(),
                    "does not fit variable '" + name + "'");
        });
    }

    private static void checkName(Graph graph, Primitive leaf, String name, Value value) {
        boolean named =
                value.node().is(leaf) && value.node().attributes().text("name").equals(name);
        check(owns(graph, value) && named, value.node(), "is not the " + leaf.label() + " '" + name + "'");
    }

    private static boolean owns(Graph graph, Value value) {
        int id = value.node().id();
        return id < graph.nodes().size()
                && graph.nodes().get(id) == value.node()
                && value.output() < value.node().outputs().size();
    }

    private static void check(boolean holds, Node node, String what) {
        if (!holds) {
            throw broken(node, what);
        }
    }

    private static BatonException broken(Node node, String what) {
        return new BatonException("invalid graph: node " + node + " " + what);
    }
}
