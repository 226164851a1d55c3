package dev.baton.compiler;

import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Kernels reduce neighbouring axes. Where the axes lie apart, the last neighbours are reduced first, then those before
 * them: nothing is moved, and what is left to reduce is small.
 */
final class SplitReductions {

    private SplitReductions() {}

    static Graph run(Graph graph) {
        if (graph.nodes().stream().noneMatch(SplitReductions::isApart)) {
            return graph;
        }
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                if (!node.is(Primitive.Kind.REDUCTION)) {
                    return copy(node, inputs, node.attributes());
                }
                long[] axes = sortedAxes(node);
                List<Value> reduced = inputs;
                for (int first = lastNeighbours(axes); first > 0; first = lastNeighbours(axes)) {
                    long[] last = Arrays.copyOfRange(axes, first, axes.length);
                    reduced = copy(node, reduced, node.attributes().with("axes", last));
                    axes = LongStream.of(axes).limit(first).toArray();
                }
                return copy(node, reduced, node.attributes().with("axes", axes));
            }
        }.run();
    }

    private static boolean isApart(Node node) {
        return node.is(Primitive.Kind.REDUCTION) && lastNeighbours(sortedAxes(node)) > 0;
    }

    private static long[] sortedAxes(Node node) {
        return Arrays.stream(node.attributes().axes("axes"))
                .asLongStream()
                .sorted()
                .toArray();
    }

    /** The index of the first of the axes that are neighbours of the last one; 0 where all of them are. */
    private static int lastNeighbours(long[] axes) {
        int first = Math.max(0, axes.length - 1);
        while (first > 0 && axes[first - 1] + 1 == axes[first]) {
            first--;
        }
        return first;
    }
}
