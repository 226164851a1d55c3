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

    // Written out, as in all records that are compared on the way to a program's first run: what Java generates for a
    // record is linked when it is first called, which takes milliseconds, and is slow until it is warm.
    @Override
    public boolean equals(Object other) {
        return other instanceof Value value && value.node == node && value.output == output;
    }

    @Override
    public int hashCode() {
        return 31 * node.hashCode() + output;
    }

    @Override
    public String toString() {
        return node.outputs().size() == 1 ? "%" + node.id() : "%" + node.id() + "." + output;
    }
}
