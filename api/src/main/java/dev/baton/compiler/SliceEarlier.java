package dev.baton.compiler;

import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Computes of a value only the part that is read: where a model's answer is taken from the last of its tokens, the last block's
 * queries, what follows them and the head are computed for that token alone. A slice goes up through everything that works
 * element by element, row by row or query by query. Where several read different parts, the smallest part that has them all
 * counts, so that nothing is computed twice.
 *
 * <p>Sums may be added up in another order, as they are for another batch size.
 */
final class SliceEarlier extends Graph.Rewriter {

    /** A part that is more of a value than this is not worth that its rows no longer lie side by side. */
    private static final double MOST = 0.5;

    private final Map<Node, PartialNode> partial;

    private SliceEarlier(Graph graph, Map<Node, PartialNode> partial) {
        super(graph);
        this.partial = partial;
    }

    static Graph run(Graph graph) {
        if (graph.nodes().stream().noneMatch(node -> node.is(Primitive.SLICE))) {
            return graph;
        }
        Map<Node, PartialNode> partial = partial(graph);
        return partial.isEmpty() ? graph : new SliceEarlier(graph, partial).run();
    }

    /** The nodes that need not compute all of their result. */
    private static Map<Node, PartialNode> partial(Graph graph) {
        var read = new HashMap<Value, Part>();
        graph.outputs().values().forEach(value -> readWhole(read, value));
        graph.assignments().values().forEach(value -> readWhole(read, value));
        var partial = new HashMap<Node, PartialNode>();
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            Node node = graph.nodes().get(i);
            boolean isNeeded =
                    IntStream.range(0, node.outputs().size()).anyMatch(output -> read.containsKey(node.output(output)));
            if (!isNeeded) {
                continue;
            }
            PartialNode own = partial(node, read);
            if (own != null) {
                partial.put(node, own);
                read(read, node, own.inputs());
            } else if (node.is(Primitive.SLICE)) {
                read(read, node, List.of(sliced(node)));
            } else {
                node.inputs().forEach(value -> readWhole(read, value));
            }
        }
        keepWhatComputes(graph, partial);
        return partial;
    }

    private static void readWhole(Map<Value, Part> read, Value value) {
        read.put(value, Part.whole(value.shape()));
    }

    private static void read(Map<Value, Part> read, Node node, List<Part> parts) {
        for (int i = 0; i < parts.size(); i++) {
            read.merge(node.input(i), parts.get(i), Part::with);
        }
    }

    private static Part sliced(Node slice) {
        long[] starts = slice.attributes().get("starts", long[].class);
        return Part.of(slice.input(0).shape(), starts, slice.output(0).shape());
    }

    private static PartialNode partial(Node node, Map<Value, Part> read) {
        Part first = read.get(node.output(0));
        boolean readsOthers =
                IntStream.range(1, node.outputs().size()).anyMatch(output -> read.containsKey(node.output(output)));
        if (first == null || readsOthers || first.isWhole()) {
            return null;
        }
        PartialNode own = PartialNode.of(node, first);
        boolean pays = own != null
                && own.part().elements() <= MOST * node.output(0).shape().size();
        return pays ? own : null;
    }

    /** Movements alone stay in their order, where nothing is won by another one; what repeats does so less often. */
    private static void keepWhatComputes(Graph graph, Map<Node, PartialNode> partial) {
        graph.nodes().stream()
                .filter(node -> node.is(Primitive.Kind.MOVEMENT) && !node.is(Primitive.BROADCAST))
                .filter(node -> !partial.containsKey(node.input(0).node()))
                .forEach(partial::remove);
    }

    @Override
    protected List<Value> rewrite(Node node, List<Value> inputs) {
        PartialNode own = partial.get(node);
        if (own != null) {
            List<Value> parts = IntStream.range(0, inputs.size())
                    .mapToObj(
                            i -> part(node.input(i), inputs.get(i), own.inputs().get(i)))
                    .toList();
            return List.of(own.computation().apply(emit(), parts));
        }
        // All others read all of their inputs, which are therefore there.
        return node.is(Primitive.SLICE)
                ? List.of(part(node.input(0), inputs.get(0), sliced(node)))
                : copy(node, inputs, node.attributes());
    }

    /** What is read of a value that may be there in part. */
    private Value part(Value before, Value now, Part read) {
        PartialNode source = partial.get(before.node());
        return read.take(emit(), now, source == null ? Part.whole(before.shape()) : source.part());
    }
}
