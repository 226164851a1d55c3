package dev.baton.compiler;

import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Kernels reduce neighbouring axes: others are brought to the end first, by a transposition. */
final class GatherReducedAxes {

    private GatherReducedAxes() {}

    static Graph run(Graph graph) {
        if (graph.nodes().stream().noneMatch(GatherReducedAxes::isApart)) {
            return graph;
        }
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                if (!isApart(node)) {
                    return copy(node, inputs, node.attributes());
                }
                int[] axes = node.attributes().axes("axes");
                int rank = inputs.get(0).shape().rank();
                int[] kept = IntStream.range(0, rank)
                        .filter(axis -> Arrays.stream(axes).noneMatch(reduced -> reduced == axis))
                        .toArray();
                int[] order = IntStream.concat(
                                Arrays.stream(kept), Arrays.stream(axes).sorted())
                        .toArray();
                long[] last = IntStream.range(kept.length, rank).asLongStream().toArray();
                Value moved = emit().transpose(inputs.get(0), order);
                return copy(node, List.of(moved), node.attributes().with("axes", last));
            }
        }.run();
    }

    private static boolean isApart(Node node) {
        if (!(node.operation() instanceof Primitive primitive) || primitive.kind() != Primitive.Kind.REDUCTION) {
            return false;
        }
        var sorted = Arrays.stream(node.attributes().axes("axes")).sorted().toArray();
        return sorted.length > 0 && sorted[sorted.length - 1] - sorted[0] != sorted.length - 1;
    }
}
