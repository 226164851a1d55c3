package dev.baton.compiler;

import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.Arrays;
import java.util.List;

/** Reductions that have one element each to reduce, over no axes or over axes of size 1, are no reductions. */
final class SimplifyReductions {

    private SimplifyReductions() {}

    static Value apply(Emitter emit, Node node, List<Value> inputs) {
        Value x = inputs.get(0);
        if (Arrays.stream(node.attributes().axes("axes"))
                .anyMatch(axis -> x.shape().size(axis) != 1)) {
            return null;
        }
        Value reduced = emit.reshape(x, node.outputs().get(0).shape());
        return switch ((Primitive) node.operation()) {
            case REDUCE_MAX, ALL -> reduced;
            // A sum starts at 0, and 0 + -0.0 is 0: the addition stays, but it is elementwise and can be fused.
            case SUM -> emit.add(reduced, emit.fullLike(reduced, 0));
            // The first of one, also where it is NaN.
            case ARGMAX -> emit.full(node.outputs().get(0), 0);
            default -> null;
        };
    }
}
