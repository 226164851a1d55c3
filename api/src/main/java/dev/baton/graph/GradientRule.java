package dev.baton.graph;

import java.util.List;

/** How the gradient of a loss passes one node: from its outputs to its inputs. */
@FunctionalInterface
public interface GradientRule {

    /**
     * Adds to the graph what computes the gradients.
     *
     * @param emit where nodes are added
     * @param node the node of the forward pass; its inputs and outputs may be used
     * @param upstream the loss's gradient with respect to each output; null for an output that the loss does not
     *     depend on
     * @return the loss's gradient with respect to each input; null for an input that has none
     */
    List<Value> backward(Emitter emit, Node node, List<Value> upstream);
}
