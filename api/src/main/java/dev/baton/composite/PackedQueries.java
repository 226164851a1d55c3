package dev.baton.composite;

import dev.baton.Dim;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link PackedAttention} of some of the queries alone, which look at the first so many keys: [N, T, 3, heads, W] -> [N,
 * queries, heads, W] and the log-sum-exp [N, heads, queries]. It is not causal; a mask, if there is one, is for these queries
 * and keys. The compiler puts it in the place of attention of which not all is read.
 */
public final class PackedQueries extends Composite {

    /** The attribute with the number of the first query. */
    public static final String FIRST = "first";

    /** The attribute with how many queries there are. */
    public static final String QUERIES = "queries";

    /** The attribute with how many keys they look at. */
    public static final String KEYS = "keys";

    public static final PackedQueries INSTANCE = new PackedQueries();

    private PackedQueries() {
        super("packed attention of some queries");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        TensorType packed = inputs.get(0);
        if (packed.shape().rank() != 5 || !packed.shape().dim(2).equals(Dim.of(3))) {
            throw new ShapeException("takes queries, keys and values [N, T, 3, heads, W], not " + packed);
        }
        long first = attributes.integer(FIRST);
        long queries = attributes.integer(QUERIES);
        long keys = attributes.integer(KEYS);
        long positions = packed.shape().size(1);
        if (first < 0 || queries < 0 || first + queries > positions || keys < 0 || keys > positions) {
            throw new ShapeException("queries " + first + " to " + (first + queries - 1) + " and " + keys
                    + " keys are not among " + positions);
        }
        TensorType each = packed.withShape(packed.shape().without(2));
        TensorType seen = each.withShape(each.shape().with(1, Dim.of(keys)));
        var separate = new ArrayList<>(List.of(each.withShape(each.shape().with(1, Dim.of(queries))), seen, seen));
        separate.addAll(inputs.subList(1, inputs.size()));
        return DotProductAttention.FORWARD.infer(separate, attributes);
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        List<Value> separate = PackedAttention.separate(emit, inputs.get(0));
        long first = attributes.integer(FIRST);
        long keys = attributes.integer(KEYS);
        var arguments = new ArrayList<Value>();
        arguments.add(emit.slice(separate.get(0), 1, first, first + attributes.integer(QUERIES)));
        arguments.add(emit.slice(separate.get(1), 1, 0, keys));
        arguments.add(emit.slice(separate.get(2), 1, 0, keys));
        arguments.addAll(inputs.subList(1, inputs.size()));
        Node attention = emit.builder().add(DotProductAttention.FORWARD, arguments, attributes);
        return List.of(attention.output(0), attention.output(1));
    }
}
