package dev.baton.graph;

import dev.baton.DType;
import dev.baton.Shape;

/**
 * One output of a node.
 *
 * @param node the node that computes it
 * @param output which of its outputs, from 0
 */
public record Value(Node node, int output) {

    /** The element type and shape. */
    public TensorType type() {
        return node.outputs().get(output);
    }

    /** The element type. */
    public DType dtype() {
        return type().dtype();
    }

    /** The shape. */
    public Shape shape() {
        return type().shape();
    }

    @Override
    public String toString() {
        return node.outputs().size() == 1 ? "%" + node.id() : "%" + node.id() + "." + output;
    }
}
