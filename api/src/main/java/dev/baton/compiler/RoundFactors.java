package dev.baton.compiler;

import dev.baton.DType;
import dev.baton.composite.Convolution;
import dev.baton.composite.RectifiedConvolution;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.List;

/** Makes every matrix product and convolution of float32 round its factors to bfloat16. */
final class RoundFactors {

    private RoundFactors() {}

    static Graph run(Graph graph) {
        if (graph.nodes().stream().noneMatch(RoundFactors::isProduct)) {
            return graph;
        }
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                boolean rounds = isProduct(node);
                return copy(
                        node, inputs, rounds ? node.attributes().with(Primitive.BFLOAT16, true) : node.attributes());
            }
        }.run();
    }

    private static boolean isProduct(Node node) {
        Operation operation = node.operation();
        boolean multiplies = operation == Primitive.MATMUL
                || operation instanceof Convolution
                || operation == RectifiedConvolution.FORWARD
                || operation == RectifiedConvolution.INPUT_GRADIENT;
        return multiplies && node.inputTypes().get(0).dtype() == DType.FLOAT32;
    }
}
