package dev.baton.composite;

import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/** Activation functions whose gradient is better taken from the output than from the definition. */
public final class Activations {

    /** max(x, 0); the gradient at 0 is 0. */
    public static final Composite RELU = new Relu();

    private Activations() {}

    private static final class Relu extends Composite {

        Relu() {
            super("relu");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            return List.of(Primitive.MAX
                    .infer(List.of(inputs.get(0), inputs.get(0)), attributes)
                    .get(0));
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value x = inputs.get(0);
            return List.of(emit.apply(Primitive.MAX, x, emit.fullLike(x, 0)));
        }

        /** Reads the output, so that the input need not be kept until the backward pass. */
        @Override
        public GradientRule gradient() {
            return (emit, node, upstream) -> {
                Value y = node.output(0);
                Value zero = emit.fullLike(y, 0);
                return List.of(emit.select(emit.less(zero, y), upstream.get(0), zero));
            };
        }

        @Override
        public boolean isElementwise() {
            return true;
        }
    }
}
