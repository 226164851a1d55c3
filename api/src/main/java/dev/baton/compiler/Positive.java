package dev.baton.compiler;

import dev.baton.composite.Activations;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;

/** Recognises what {@link Activations#reluGradient} makes: select(0 < y, gradient, 0), where y is the ReLU's result. */
final class Positive {

    private Positive() {}

    /** Whether a node gives its second input where a value of the same type is above 0, and 0 elsewhere. */
    static boolean keeps(Node node) {
        if (node.operation() != Primitive.SELECT) {
            return false;
        }
        Node condition = node.input(0).node();
        return condition.operation() == Primitive.LESS
                && condition.input(1).type().equals(node.input(1).type())
                && UniformNumber.is(condition.input(0), 0)
                && UniformNumber.is(node.input(2), 0);
    }

    /** The value that is compared with 0. */
    static Value compared(Node node) {
        return node.input(0).node().input(1);
    }
}
