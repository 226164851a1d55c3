package dev.baton.compiler;

import dev.baton.compiler.Part.Range;
import dev.baton.composite.AttentionMask;
import dev.baton.composite.DotProductAttention;
import dev.baton.composite.PackedAttention;
import dev.baton.composite.PackedQueries;
import dev.baton.graph.Attributes;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention of some queries to all keys. Of causal attention one query at a time may be left: the keys that it may look at are
 * the first so many, and nothing is masked any more.
 */
final class PartialAttention {

    private PartialAttention() {}

    /** See {@link PartialNode#of}. */
    static PartialNode of(Node node, Part read) {
        boolean isPacked = node.operation() == PackedAttention.FORWARD;
        if (!isPacked && node.operation() != DotProductAttention.FORWARD) {
            return null;
        }
        // [N, T, heads, W]
        Part part = read.wholeAlong(2).wholeAlong(3);
        Range queries = part.range(1);
        boolean isCausal = node.attributes().flag(AttentionMask.CAUSAL);
        boolean fits = part.range(0).isPlain() && queries.isPlain() && (!isCausal || queries.count() == 1);
        if (!fits) {
            return null;
        }
        long all = node.input(isPacked ? 0 : 1).shape().size(1);
        Range keys = Range.of(all, 0, isCausal ? Math.min(all, queries.end()) : all);
        return isPacked ? packed(node, part, keys) : separate(node, part, keys);
    }

    /** Queries, keys and values stay where they are: what is read of them the operation knows. */
    private static PartialNode packed(Node node, Part part, Range keys) {
        Range queries = part.range(1);
        Attributes attributes = unmasked(node)
                .with(PackedQueries.FIRST, queries.start())
                .with(PackedQueries.QUERIES, queries.count())
                .with(PackedQueries.KEYS, keys.count());
        var inputs = new ArrayList<Part>();
        inputs.add(Part.whole(node.input(0).shape()).with(0, part.range(0)));
        return computed(node, part, keys, inputs, PackedQueries.INSTANCE, attributes);
    }

    private static PartialNode separate(Node node, Part part, Range keys) {
        var inputs = new ArrayList<Part>();
        inputs.add(Part.whole(node.input(0).shape()).with(0, part.range(0)).with(1, part.range(1)));
        for (Value input : node.inputs().subList(1, 3)) {
            inputs.add(Part.whole(input.shape()).with(0, part.range(0)).with(1, keys));
        }
        return computed(node, part, keys, inputs, DotProductAttention.FORWARD, unmasked(node));
    }

    private static Attributes unmasked(Node node) {
        return node.attributes().with(AttentionMask.CAUSAL, false);
    }

    /** Adds what belongs to the mask. */
    private static PartialNode computed(
            Node node, Part part, Range keys, List<Part> inputs, Operation operation, Attributes attributes) {
        for (Value input : node.inputs().subList(inputs.size(), node.inputs().size())) {
            Part own = Part.whole(input.shape());
            own = own.range(0).size() == 1 ? own : own.with(0, part.range(0));
            if (own.ranges().size() > 1) {
                // A mask, [N, heads, T, S].
                own = own.range(2).size() == 1 ? own : own.with(2, part.range(1));
                own = own.with(3, keys);
            }
            inputs.add(own);
        }
        return new PartialNode(
                part,
                inputs,
                (emit, values) ->
                        emit.builder().add(operation, values, attributes).output(0));
    }
}
