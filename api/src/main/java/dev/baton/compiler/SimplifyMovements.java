package dev.baton.compiler;

import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Movements compute nothing, so that every rule is exact: they say the same with fewer of them. */
final class SimplifyMovements {

    private SimplifyMovements() {}

    static Value apply(Emitter emit, Node node, List<Value> inputs) {
        Value x = inputs.get(0);
        Shape shape = node.outputs().get(0).shape();
        boolean transposes = node.is(Primitive.TRANSPOSE);
        if (transposes ? isIdentity(node.attributes().axes("axes")) : x.shape().equals(shape)) {
            return x;
        }
        Node from = x.node();
        // One number repeated, in whatever order, is that number repeated.
        if (from.is(Primitive.BROADCAST) && from.input(0).shape().size() == 1) {
            return emit.broadcast(emit.reshape(from.input(0), Shape.scalar()), shape);
        }
        if (!from.is((Primitive) node.operation()) || node.is(Primitive.WINDOWS)) {
            return null;
        }
        // Two of one kind are one: the last shape stands, what each does to axes is applied one after the other.
        if (node.is(Primitive.SLICE)) {
            long[] first = from.attributes().get("starts", long[].class);
            long[] second = node.attributes().get("starts", long[].class);
            var starts = IntStream.range(0, first.length).mapToLong(axis -> first[axis] + second[axis]);
            return emit.slice(from.input(0), starts.toArray(), shape);
        }
        if (transposes) {
            int[] first = from.attributes().axes("axes");
            return emit.transpose(
                    from.input(0),
                    Arrays.stream(node.attributes().axes("axes"))
                            .map(axis -> first[axis])
                            .toArray());
        }
        return emit.apply(node.operation(), node.attributes(), from.input(0));
    }

    private static boolean isIdentity(int[] axes) {
        return Arrays.equals(axes, IntStream.range(0, axes.length).toArray());
    }
}
