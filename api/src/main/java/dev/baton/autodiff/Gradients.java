package dev.baton.autodiff;

import dev.baton.BatonException;
import dev.baton.ShapeException;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Reverse-mode differentiation as a function from graph to graph: the nodes that compute the gradients are added
 * behind those of the forward pass. There is no tape and no backend here; every rule stands in the op table.
 */
public final class Gradients {

    private final Emitter emit;
    private final Map<Value, Value> arrived = new HashMap<>();
    private final Map<Value, Parts> parts = new HashMap<>();
    private final Set<Node> onPath;

    private Gradients(Emitter emit, Set<Node> onPath) {
        this.emit = emit;
        this.onPath = onPath;
    }

    /**
     * The gradients of a loss.
     *
     * @param loss a floating-point scalar
     * @param parameters the values to differentiate by
     * @return a value for each parameter, of its type; zeros for one that the loss does not depend on
     * @throws ShapeException if the loss is not a floating-point scalar
     */
    public static List<Value> of(Emitter emit, Value loss, List<Value> parameters) {
        if (loss.shape().rank() != 0 || !loss.dtype().isFloating()) {
            throw emit.builder()
                    .shapeError("a loss is one floating-point number, not " + loss.type()
                            + "; reduce it with mean() or sum()");
        }
        var gradients = new Gradients(emit, between(parameters, loss));
        gradients.arrived.put(loss, emit.fullLike(loss, 1));
        gradients.walkBack(List.of(loss), 0);
        return parameters.stream()
                .map(parameter -> {
                    Value gradient = gradients.gradient(parameter);
                    return gradient != null ? gradient : emit.fullLike(parameter, 0);
                })
                .toList();
    }

    /** The nodes on a way from a parameter to the loss; the gradient is followed nowhere else. */
    private static Set<Node> between(List<Value> parameters, Value loss) {
        var sources = new HashSet<Node>();
        parameters.forEach(parameter -> sources.add(parameter.node()));
        var reached = new HashSet<>(sources);
        for (Node node : ancestors(List.of(loss), 0)) {
            if (node.inputs().stream().anyMatch(input -> reached.contains(input.node()))) {
                reached.add(node);
            }
        }
        return reached;
    }

    /**
     * Everything that values are computed from, themselves included, in topological order.
     *
     * @param first nodes with smaller numbers are left out
     */
    private static List<Node> ancestors(List<Value> values, int first) {
        var seen = new HashSet<Node>();
        Deque<Node> open = new ArrayDeque<>();
        values.forEach(value -> open.push(value.node()));
        while (!open.isEmpty()) {
            Node node = open.pop();
            if (node.id() >= first && seen.add(node)) {
                node.inputs().forEach(input -> open.push(input.node()));
            }
        }
        var ordered = new ArrayList<>(seen);
        ordered.sort(Comparator.comparingInt(Node::id));
        return ordered;
    }

    /**
     * Visits nodes backwards; a node is left only when all gradients have arrived at its outputs, since every node that
     * reads them has a larger number.
     *
     * @param seeds the values at which gradients have arrived already
     * @param first nodes with smaller numbers are not visited
     */
    private void walkBack(List<Value> seeds, int first) {
        var open = new PriorityQueue<Node>(Comparator.comparingInt(Node::id).reversed());
        var queued = new HashSet<Node>();
        seeds.stream().map(Value::node).filter(queued::add).forEach(open::add);
        while (!open.isEmpty()) {
            Node node = open.poll();
            if (node.id() < first || !onPath.contains(node) || node.inputs().isEmpty()) {
                continue;
            }
            pass(node);
            for (Value input : node.inputs()) {
                if ((arrived.containsKey(input) || parts.containsKey(input)) && queued.add(input.node())) {
                    open.add(input.node());
                }
            }
        }
    }

    private void pass(Node node) {
        var upstream = new ArrayList<Value>();
        for (int i = 0; i < node.outputs().size(); i++) {
            upstream.add(gradient(node.output(i)));
        }
        if (node.is(Primitive.SLICE)) {
            parts.computeIfAbsent(node.input(0), Parts::new).add(emit, node, upstream.get(0));
            return;
        }
        List<Value> gradients = emit.builder().withOrigin(node.origin(), () -> backward(node, upstream));
        if (gradients.size() != node.inputs().size()) {
            throw new BatonException(node.operation().label() + ": its gradient rule gives " + gradients.size()
                    + " gradients for " + node.inputs().size() + " inputs");
        }
        for (int i = 0; i < gradients.size(); i++) {
            Value input = node.input(i);
            Value gradient = gradients.get(i);
            if (gradient != null && onPath.contains(input.node())) {
                arrived.merge(input, gradient, emit::add);
            }
        }
    }

    /** All that has arrived at a value; null where nothing has. */
    private Value gradient(Value value) {
        Parts cut = parts.remove(value);
        if (cut != null) {
            emit.builder().withOrigin(value.node().origin(), () -> arrived.merge(value, cut.sum(emit), emit::add));
        }
        return arrived.get(value);
    }

    private List<Value> backward(Node node, List<Value> upstream) {
        if (node.operation().gradient() != null) {
            return node.operation().gradient().backward(emit, node, upstream);
        }
        if (node.operation() instanceof Composite composite) {
            return differentiateDefinition(composite, node, upstream);
        }
        throw new BatonException(node.operation().label() + " has no gradient rule");
    }

    /** Computes the definition again, so that a fast forward pass need not save what its derivative wants. */
    private List<Value> differentiateDefinition(Composite composite, Node node, List<Value> upstream) {
        int first = emit.builder().size();
        List<Value> outputs = composite.define(emit, node.inputs(), node.attributes());
        var path = new HashSet<>(ancestors(outputs, first));
        node.inputs().forEach(input -> path.add(input.node()));
        var inner = new Gradients(emit, path);
        var seeds = new ArrayList<Value>();
        for (int i = 0; i < outputs.size(); i++) {
            if (upstream.get(i) != null) {
                inner.arrived.merge(outputs.get(i), upstream.get(i), emit::add);
                seeds.add(outputs.get(i));
            }
        }
        inner.walkBack(seeds, first);
        var gradients = new ArrayList<Value>(Collections.nCopies(node.inputs().size(), null));
        for (int i = 0; i < node.inputs().size(); i++) {
            // A value that is an input twice gets its whole gradient once.
            if (node.inputs().indexOf(node.input(i)) == i) {
                gradients.set(i, inner.gradient(node.input(i)));
            }
        }
        return gradients;
    }
}
