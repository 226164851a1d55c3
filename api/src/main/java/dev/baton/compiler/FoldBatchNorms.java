package dev.baton.compiler;

import dev.baton.composite.BatchNorm;
import dev.baton.composite.Convolution;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * Puts the batch normalisation of inference into the convolution before it: scale (w * x + b) + shift is (scale w) * x +
 * (scale b + shift), which spares a pass over the pictures. The program scales the weight at every run, so that it
 * follows the variables, unless they are known to stay as they are ({@link Preparation}). Results differ by roundings.
 */
final class FoldBatchNorms {

    private FoldBatchNorms() {}

    static Graph run(Graph graph) {
        Map<Value, Integer> uses = Uses.of(graph);
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                boolean folds = node.operation() == BatchNorm.INFERENCE
                        && node.input(0).node().operation() == Convolution.FORWARD
                        && uses.get(node.input(0)) == 1;
                return folds ? List.of(fold(emit(), inputs, node.attributes())) : copy(node, inputs, node.attributes());
            }
        }.run();
    }

    private static Value fold(Emitter emit, List<Value> inputs, Attributes attributes) {
        Node convolution = inputs.get(0).node();
        Value scale = BatchNorm.INFERENCE.scale(emit, inputs, attributes);
        Value bias = BatchNorm.INFERENCE.shift(emit, inputs, scale);
        if (convolution.inputs().size() == 3) {
            bias = emit.add(emit.mul(convolution.input(2), scale), bias);
        }
        Value weight = convolution.input(1);
        Value scaled = emit.mul(weight, emit.unreduce(scale, weight.shape(), 1, 2, 3));
        return emit.apply(Convolution.FORWARD, convolution.attributes(), convolution.input(0), scaled, bias);
    }
}
