package dev.baton.compiler;

import dev.baton.compiler.Groups.Group;
import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which new values are written straight into their variable: those whose kernel can run after every other reader of
 * the old value. The rest is computed elsewhere and copied at the end of the step.
 */
final class Assignments {

    private final Graph graph;
    private final Fusion fusion;

    /** The nodes that read a variable's memory and have some of their own, in their order. */
    private final Map<Value, List<Node>> readers = new HashMap<>();

    /** What outputs and new values of variables are read from. */
    private final Set<Value> copied = new HashSet<>();

    private Assignments(Graph graph, Fusion fusion) {
        this.graph = graph;
        this.fusion = fusion;
        Stream.concat(graph.outputs().values().stream(), graph.assignments().values().stream())
                .forEach(value -> copied.add(root(value)));
        for (Node node : graph.nodes()) {
            if (fusion.views().hasMemory(node.output(0))) {
                node.inputs().stream()
                        .map(this::root)
                        .distinct()
                        .filter(root -> root.node().is(Primitive.VARIABLE))
                        .forEach(variable -> readers.computeIfAbsent(variable, unused -> new ArrayList<>())
                                .add(node));
            }
        }
    }

    /** The names of the variables that are written in place, by the value they get; orders the groups accordingly. */
    static Map<Value, String> inPlace(Graph graph, Fusion fusion) {
        return new Assignments(graph, fusion).choose();
    }

    private Map<Value, String> choose() {
        var chosen = new HashMap<Value, String>();
        var assignedOnce = new HashSet<Value>();
        var assignedTwice = new HashSet<Value>();
        graph.assignments().values().stream()
                .filter(value -> !assignedOnce.add(value))
                .forEach(assignedTwice::add);
        var outputs = new HashSet<>(graph.outputs().values());
        graph.assignments().forEach((name, value) -> {
            boolean alone = !assignedTwice.contains(value) && !outputs.contains(value);
            if (alone
                    && fusion.views().hasMemory(value)
                    && isComputed(value.node())
                    && canWrite(value, graph.variables().get(name))) {
                chosen.put(value, name);
            }
        });
        return chosen;
    }

    private Value root(Value value) {
        return fusion.views().of(value).root();
    }

    private static boolean isComputed(Node node) {
        return !node.is(Primitive.Kind.LEAF);
    }

    private boolean canWrite(Value value, Value variable) {
        if (copied.contains(variable)) {
            return false;
        }
        Groups groups = fusion.groups();
        Group writer = groups.of(value.node());
        for (Node node : readers.getOrDefault(variable, List.of())) {
            boolean allowed = groups.of(node) == writer
                    ? readsBeforeWriting(node, value, variable)
                    : groups.runAfter(writer, groups.of(node));
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    /** Whether a kernel may overwrite what it reads: element by element, or what its operation is there to change. */
    private boolean readsBeforeWriting(Node node, Value value, Value variable) {
        if (node.operation() instanceof Composite composite && !composite.isElementwise()) {
            int overwritten = composite.overwritten(value.output(), node.attributes());
            return node == value.node()
                    && overwritten >= 0
                    && node.input(overwritten).equals(variable)
                    && node.inputs().stream()
                                    .filter(input -> root(input).equals(variable))
                                    .count()
                            == 1;
        }
        // What moves elements reads others than it writes.
        return fusion.isPartOfRegion(node)
                && !Views.moves(node)
                && node.inputs().stream()
                        .filter(input -> root(input).equals(variable))
                        .allMatch(input -> input.equals(variable));
    }
}
