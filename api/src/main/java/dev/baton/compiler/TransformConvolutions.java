package dev.baton.compiler;

import dev.baton.composite.Convolution;
import dev.baton.composite.WinogradConvolution;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.List;
import java.util.function.Predicate;

/** Transforms the weights of convolutions beforehand, where they stay as they are and the backend wants them so. */
final class TransformConvolutions {

    private static final int TAPS = 3;

    private TransformConvolutions() {}

    /**
     * @param fixed which nodes, by their ids, give the same at every run
     * @param byWinograd whether the backend computes a convolution by Winograd's method
     */
    static Graph run(Graph graph, boolean[] fixed, Predicate<Node> byWinograd) {
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                boolean isTransformed =
                        hasTaps(node) && fixed[node.input(1).node().id()] && byWinograd.test(node);
                return isTransformed
                        ? List.of(WinogradConvolution.of(
                                emit(),
                                inputs.get(0),
                                inputs.get(1),
                                inputs.subList(2, inputs.size()),
                                node.attributes()))
                        : copy(node, inputs, node.attributes());
            }
        }.run();
    }

    private static boolean hasTaps(Node node) {
        return node.operation() == Convolution.FORWARD
                && !node.attributes().flag(Primitive.BFLOAT16)
                && node.input(1).shape().size(2) == TAPS
                && node.input(1).shape().size(3) == TAPS;
    }
}
