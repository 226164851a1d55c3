package dev.baton.composite;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@link DotProductAttention} of queries, keys and values that one projection has made: [N, T, 3, heads, W] -> [N, T,
 * heads, W] and the log-sum-exp [N, heads, T]. A kernel of its own reads them where they lie and writes their gradients
 * side by side, where slices and their gradients would copy them twice.
 */
public final class PackedAttention extends Composite {

    public static final PackedAttention FORWARD = new PackedAttention();
    public static final Backward BACKWARD = new Backward();

    private PackedAttention() {
        super("packed attention");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        TensorType packed = inputs.get(0);
        if (packed.shape().rank() != 5 || !packed.shape().dim(2).equals(Dim.of(3))) {
            throw new ShapeException("takes queries, keys and values [N, T, 3, heads, W], not " + packed);
        }
        TensorType each = packed.withShape(packed.shape().without(2));
        var separate = new ArrayList<>(List.of(each, each, each));
        separate.addAll(inputs.subList(1, inputs.size()));
        return DotProductAttention.FORWARD.infer(separate, attributes);
    }

    /** Queries, keys and values, each [N, T, heads, W]. */
    static List<Value> separate(Emitter emit, Value packed) {
        Shape each = packed.shape().without(2);
        return IntStream.range(0, 3)
                .mapToObj(i -> emit.reshape(emit.slice(packed, 2, i, i + 1), each))
                .toList();
    }

    private static Value pack(Emitter emit, Shape packed, List<Value> separate) {
        Shape each = packed.with(2, Dim.of(1));
        return emit.concat(
                2, separate.stream().map(one -> emit.reshape(one, each)).toArray(Value[]::new));
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        var arguments = new ArrayList<>(separate(emit, inputs.get(0)));
        arguments.addAll(inputs.subList(1, inputs.size()));
        Node attention = emit.builder().add(DotProductAttention.FORWARD, arguments, attributes);
        return List.of(attention.output(0), attention.output(1));
    }

    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            Value packed = node.input(0);
            List<Value> mask = AttentionMask.of(node.inputs(), node.attributes());
            var gradients = new ArrayList<Value>();
            if (upstream.get(1) == null) {
                var arguments = new ArrayList<>(List.of(packed, node.output(0), node.output(1), upstream.get(0)));
                arguments.addAll(mask);
                gradients.add(emit.builder()
                        .add(BACKWARD, arguments, node.attributes())
                        .output(0));
            } else {
                List<Value> separate =
                        DotProductAttention.gradients(emit, separate(emit, packed), mask, node, upstream);
                gradients.add(pack(emit, packed.shape(), separate));
            }
            mask.forEach(input -> gradients.add(null));
            return gradients;
        };
    }

    /**
     * Inputs: queries, keys and values [N, T, 3, heads, W], the result [N, T, heads, W], the log-sum-exp [N, heads, T],
     * the gradient of the result, then what {@link AttentionMask} says -> the gradient by the first.
     */
    public static final class Backward extends Composite {

        private Backward() {
            super("packed attention backward");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            return inputs.subList(0, 1);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            var arguments = new ArrayList<>(separate(emit, inputs.get(0)));
            arguments.addAll(inputs.subList(1, inputs.size()));
            Node backward = emit.builder().add(DotProductAttention.BACKWARD, arguments, attributes);
            List<Value> gradients = List.of(backward.output(0), backward.output(1), backward.output(2));
            return List.of(pack(emit, inputs.get(0).shape(), gradients));
        }
    }
}
