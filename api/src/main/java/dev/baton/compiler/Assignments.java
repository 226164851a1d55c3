package dev.baton.compiler;

import dev.baton.compiler.Groups.Group;
import dev.baton.composite.Update;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;

/**
 * Which new values are written straight into their variable: those whose kernel can run after every other reader of
 * the old value. The rest is computed elsewhere and copied at the end of the step.
 */
final class Assignments {

    private Assignments() {}

    /** The names of the variables that are written in place, by the value they get; orders the groups accordingly. */
    static Map<Value, String> inPlace(Graph graph, Fusion fusion) {
        var chosen = new HashMap<Value, String>();
        var assignedOnce = new HashSet<Value>();
        var assignedTwice = new HashSet<Value>();
        graph.assignments().values().stream()
                .filter(value -> !assignedOnce.add(value))
                .forEach(assignedTwice::add);
        graph.assignments().forEach((name, value) -> {
            Value variable = graph.variables().get(name);
            boolean alone = !assignedTwice.contains(value) && !graph.outputs().containsValue(value);
            if (alone
                    && fusion.views().hasMemory(value)
                    && isComputed(value.node())
                    && canWrite(graph, fusion, value, variable)) {
                chosen.put(value, name);
            }
        });
        return chosen;
    }

    private static boolean isComputed(Node node) {
        return !(node.operation() instanceof Primitive primitive && primitive.kind() == Primitive.Kind.LEAF);
    }

    private static boolean canWrite(Graph graph, Fusion fusion, Value value, Value variable) {
        if (graph.outputs().values().stream()
                        .anyMatch(output -> fusion.views().of(output).root().equals(variable))
                || graph.assignments().values().stream()
                        .anyMatch(other -> fusion.views().of(other).root().equals(variable))) {
            return false;
        }
        Groups groups = fusion.groups();
        Group writer = groups.of(value.node());
        for (Node node : graph.nodes()) {
            boolean reads = node.inputs().stream()
                    .anyMatch(input -> fusion.views().of(input).root().equals(variable));
            if (!reads || !fusion.views().hasMemory(node.output(0))) {
                continue;
            }
            boolean allowed = groups.of(node) == writer
                    ? readsBeforeWriting(fusion, node, value, variable)
                    : groups.runAfter(writer, groups.of(node));
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    /** Whether a kernel may overwrite what it reads: element by element, or an optimizer its own parameter. */
    private static boolean readsBeforeWriting(Fusion fusion, Node node, Value value, Value variable) {
        if (node.operation() instanceof Update update) {
            return node == value.node()
                    && update.stateInput(value.output(), node.attributes())
                            == node.inputs().indexOf(variable)
                    && node.inputs().indexOf(variable) == node.inputs().lastIndexOf(variable);
        }
        // What moves elements reads others than it writes.
        return fusion.isPartOfRegion(node)
                && !Views.moves(node)
                && node.inputs().stream()
                        .filter(input -> fusion.views().of(input).root().equals(variable))
                        .allMatch(input -> input.equals(variable));
    }
}
