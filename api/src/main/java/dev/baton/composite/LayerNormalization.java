package dev.baton.composite;

import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Over the last dimensions L: (x - mean) / sqrt(variance + epsilon), times a weight and plus a bias where there are any
 * (Ba et al. 2016). Inputs: x [..., L], then weight [L], then bias [L]. Outputs: the result [..., L], and the saved mean
 * [...] and inverse deviation [...]. The variance is the mean of the squares, undivided by L - 1.
 */
public final class LayerNormalization extends Composite {

    /** The attribute with the number of dimensions in L. */
    public static final String DIMENSIONS = LastDimensions.DIMENSIONS;

    /** The attribute with what keeps the deviation from 0. */
    public static final String EPSILON = "epsilon";

    /** Whether the forward pass has a bias, for the backward pass. */
    public static final String BIAS = "bias";

    public static final LayerNormalization FORWARD = new LayerNormalization();
    public static final Backward BACKWARD = new Backward();

    private LayerNormalization() {
        super("layer norm");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        return LastDimensions.check(inputs, attributes, 2);
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value x = inputs.get(0);
        LastDimensions last = LastDimensions.of(x.shape(), attributes);
        Value mean = last.mean(emit, x);
        Value centered = emit.sub(x, last.repeat(emit, mean));
        Value variance = last.mean(emit, emit.mul(centered, centered));
        Value inverse =
                emit.apply(Primitive.RSQRT, emit.add(variance, emit.fullLike(variance, attributes.number(EPSILON))));
        Value result = emit.mul(centered, last.repeat(emit, inverse));
        if (inputs.size() > 1) {
            result = emit.mul(result, last.spread(emit, inputs.get(1)));
        }
        if (inputs.size() > 2) {
            result = emit.add(result, last.spread(emit, inputs.get(2)));
        }
        return List.of(result, mean, inverse);
    }

    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            Value x = node.input(0);
            Value byResult = upstream.get(0) != null ? upstream.get(0) : emit.fullLike(x, 0);
            var arguments = new ArrayList<>(List.of(x, node.output(1), node.output(2), byResult));
            if (node.inputs().size() > 1) {
                arguments.add(node.input(1));
            }
            var attributes = node.attributes().with(BIAS, node.inputs().size() > 2);
            Node backward = emit.builder().add(BACKWARD, arguments, attributes);
            var gradients = new ArrayList<Value>();
            for (int i = 0; i < node.inputs().size(); i++) {
                gradients.add(backward.output(i));
            }
            gradients.set(0, withSaved(emit, node, upstream, gradients.get(0)));
            return gradients;
        };
    }

    /** The gradient by x and what comes to it through the saved values, which only second derivatives ask for. */
    private static Value withSaved(Emitter emit, Node node, List<Value> upstream, Value byX) {
        LastDimensions last = LastDimensions.of(node.input(0).shape(), node.attributes());
        Value share = emit.apply(
                Primitive.RECIPROCAL,
                emit.broadcast(
                        emit.size(last.own(), byX.dtype()), node.output(1).shape()));
        Value gradient = byX;
        if (upstream.get(1) != null) {
            gradient = emit.add(gradient, last.repeat(emit, emit.mul(upstream.get(1), share)));
        }
        if (upstream.get(2) != null) {
            Value inverse = node.output(2);
            Value cube = emit.mul(inverse, emit.mul(inverse, inverse));
            Value factor = emit.neg(emit.mul(emit.mul(upstream.get(2), cube), share));
            Value centered = emit.sub(node.input(0), last.repeat(emit, node.output(1)));
            gradient = emit.add(gradient, emit.mul(last.repeat(emit, factor), centered));
        }
        return gradient;
    }

    /**
     * Inputs: x [..., L], mean [...], inverse deviation [...], the gradient of the result [..., L], then the weight [L]
     * where there is one. Outputs: the gradients by x, and by weight and bias where there are any.
     */
    public static final class Backward extends Composite {

        private Backward() {
            super("layer norm backward");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            TensorType x = inputs.get(0);
            var types = new ArrayList<>(List.of(x));
            types.addAll(inputs.subList(4, inputs.size()));
            if (attributes.flag(BIAS)) {
                types.add(x.withShape(LastDimensions.of(x.shape(), attributes).own()));
            }
            return types;
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value x = inputs.get(0);
            Value gradient = inputs.get(3);
            LastDimensions last = LastDimensions.of(x.shape(), attributes);
            Value inverse = last.repeat(emit, inputs.get(2));
            Value normal = emit.mul(emit.sub(x, last.repeat(emit, inputs.get(1))), inverse);
            boolean weighted = inputs.size() > 4;
            Value byNormal = weighted ? emit.mul(gradient, last.spread(emit, inputs.get(4))) : gradient;
            Value mean = last.repeat(emit, last.mean(emit, byNormal));
            Value slope = last.repeat(emit, last.mean(emit, emit.mul(byNormal, normal)));
            var gradients = new ArrayList<Value>();
            gradients.add(emit.mul(inverse, emit.sub(emit.sub(byNormal, mean), emit.mul(normal, slope))));
            if (weighted) {
                gradients.add(last.gather(emit, emit.mul(gradient, normal)));
            }
            if (attributes.flag(BIAS)) {
                gradients.add(last.gather(emit, gradient));
            }
            return gradients;
        }
    }
}
