package dev.baton.compiler;

import dev.baton.compiler.Groups.Group;
import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides which nodes run as one kernel. An elementwise node joins those that read its result at the same element, and
 * a matrix product is joined by what is computed from it; later readers come first, so that what only the backward
 * pass needs is computed there and not stored by the forward pass.
 */
final class Fusion {

    /** Kernels decode their regions into registers on the stack: a bound for both sides. */
    private static final int MOST_NODES = 48;

    private final Views views = new Views();
    private final Groups groups;
    private final Set<Value> kept = new HashSet<>();

    Fusion(Graph graph) {
        kept.addAll(graph.outputs().values());
        kept.addAll(graph.assignments().values());
        graph.nodes().forEach(this::requireMemory);
        this.groups = new Groups(graph);
        List<Node> nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (isPartOfRegion(node) || node.is(Primitive.MATMUL)) {
                groups.users(node).forEach(user -> join(node, user));
            }
        }
    }

    Views views() {
        return views;
    }

    Groups groups() {
        return groups;
    }

    /** Inputs that a kernel cannot read through strides are moved first. */
    private void requireMemory(Node node) {
        boolean whole =
                node.operation() instanceof Composite && !node.operation().isElementwise();
        if (whole || node.is(Primitive.Kind.REDUCTION) || node.is(Primitive.Kind.WHOLE)) {
            node.inputs().stream().filter(input -> !isWhole(input)).forEach(views::materialize);
        }
        if (node.is(Primitive.RESHAPE) && views.through(node) == null) {
            views.materialize(node.input(0));
        }
        if (node.is(Primitive.MATMUL)) {
            node.inputs().stream()
                    .filter(input -> MatrixView.of(views.of(input), input) == null)
                    .forEach(views::materialize);
        }
    }

    private boolean isWhole(Value value) {
        return views.of(value).isWhole(Views.sizes(value));
    }

    /** Whether a node is computed element by element: an elementwise operation, or a movement that has memory. */
    boolean isPartOfRegion(Node node) {
        if (node.is(Primitive.Kind.MOVEMENT)) {
            return views.hasMemory(node.output(0));
        }
        return node.operation().isElementwise();
    }

    /** What a node of a region, or a product, iterates over. */
    static List<Long> iterated(Node node) {
        return Views.sizes(node.is(Primitive.RESHAPE) ? node.input(0) : node.output(0));
    }

    private void join(Node node, Node user) {
        Group producer = groups.of(node);
        Group consumer = groups.of(user);
        if (producer != consumer
                && isPartOfRegion(user)
                && fits(producer, consumer)
                && iterated(user).equals(iterated(node))
                && readsInStep(user, node)
                && !readsElsewhere(producer, consumer)
                && groups.canMerge(producer, consumer)) {
            groups.merge(producer, consumer);
        }
    }

    /**
     * Whether something of one group reads what the other computes elsewhere than at its own element: a product, or what
     * moves elements, needs all of that before its first one.
     */
    private boolean readsElsewhere(Group a, Group b) {
        return readsAcross(a, a, b) || readsAcross(b, a, b);
    }

    private boolean readsAcross(Group reader, Group a, Group b) {
        for (Node node : reader.nodes()) {
            if (node.is(Primitive.MATMUL) || Views.moves(node)) {
                for (Value input : node.inputs()) {
                    Group group = groups.of(views.of(input).root().node());
                    if (group == a || group == b) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Whether a node reads another's result at the element that it computes, wherever it reads it. */
    private boolean readsInStep(Node user, Node node) {
        return user.inputs().stream()
                        .filter(input -> views.of(input).root().node() == node)
                        .allMatch(input -> Views.sizes(input).equals(iterated(user)) && isWhole(input))
                && !node.is(Primitive.RESHAPE);
    }

    private boolean fits(Group a, Group b) {
        if (a.nodes().size() + b.nodes().size() > MOST_NODES) {
            return false;
        }
        int products = products(a) + products(b);
        return products == 0 || products == 1 && iterated(a.nodes().get(0)).size() <= 3;
    }

    private static int products(Group group) {
        int products = 0;
        for (Node node : group.nodes()) {
            products += node.is(Primitive.MATMUL) ? 1 : 0;
        }
        return products;
    }

    /** The values of a group that something outside of it needs. */
    List<Value> results(Group group) {
        return group.nodes().stream()
                .flatMap(node -> java.util.stream.IntStream.range(
                                0, node.outputs().size())
                        .mapToObj(node::output))
                .filter(value -> isNeededOutside(value, group))
                .toList();
    }

    private boolean isNeededOutside(Value value, Group group) {
        // Views have groups of their own, so that what is read through one counts as read from outside.
        return kept.contains(value)
                || value.node().outputs().size() > 1
                || groups.users(value.node()).stream().anyMatch(user -> groups.of(user) != group);
    }
}
