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
 * Over the last dimensions L: x / sqrt(mean(x^2) + epsilon), times a weight where there is one (Zhang and Sennrich
 * 2019). Inputs: x [..., L], then weight [L]. Outputs: the result [..., L] and the saved inverse root [...].
 */
public final class RmsNormalization extends Composite {

    /** The attribute with the number of dimensions in L. */
    public static final String DIMENSIONS = LastDimensions.DIMENSIONS;

    /** The attribute with what keeps the root from 0. */
    public static final String EPSILON = "epsilon";

    public static final RmsNormalization FORWARD = new RmsNormalization();
    public static final Backward BACKWARD = new Backward();

    private RmsNormalization() {
        super("rms norm");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        return LastDimensions.check(inputs, attributes, 1);
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value x = inputs.get(0);
        LastDimensions last = LastDimensions.of(x.shape(), attributes);
        Value square = last.mean(emit, emit.mul(x, x));
        Value inverse =
                emit.apply(Primitive.RSQRT, emit.add(square, emit.fullLike(square, attributes.number(EPSILON))));
        Value normal = emit.mul(x, last.repeat(emit, inverse));
        Value result = inputs.size() > 1 ? emit.mul(normal, last.spread(emit, inputs.get(1))) : normal;
        return List.of(result, inverse);
    }

    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            Value x = node.input(0);
            Value byResult = upstream.get(0) != null ? upstream.get(0) : emit.fullLike(x, 0);
            var arguments = new ArrayList<>(List.of(x, node.output(1), byResult));
            if (node.inputs().size() > 1) {
                arguments.add(node.input(1));
            }
            Node backward = emit.builder().add(BACKWARD, arguments, node.attributes());
            var gradients = new ArrayList<Value>();
            for (int i = 0; i < node.inputs().size(); i++) {
                gradients.add(backward.output(i));
            }
            if (upstream.get(1) != null) {
                gradients.set(0, emit.add(gradients.get(0), throughSaved(emit, node, upstream.get(1))));
            }
            return gradients;
        };
    }

    /** What comes to x through the saved inverse root r, which only second derivatives ask for: -r^3 x / L. */
    private static Value throughSaved(Emitter emit, Node node, Value byInverse) {
        LastDimensions last = LastDimensions.of(node.input(0).shape(), node.attributes());
        Value inverse = node.output(1);
        Value cube = emit.mul(inverse, emit.mul(inverse, inverse));
        Value size = emit.broadcast(emit.size(last.own(), inverse.dtype()), inverse.shape());
        Value factor = emit.neg(emit.div(emit.mul(byInverse, cube), size));
        return emit.mul(last.repeat(emit, factor), node.input(0));
    }

    /**
     * Inputs: x [..., L], inverse root [...], the gradient of the result [..., L], then the weight [L] where there is
     * one. Outputs: the gradients by x and by the weight.
     */
    public static final class Backward extends Composite {

        private Backward() {
            super("rms norm backward");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            var types = new ArrayList<>(List.of(inputs.get(0)));
            types.addAll(inputs.subList(3, inputs.size()));
            return types;
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value x = inputs.get(0);
            Value gradient = inputs.get(2);
            LastDimensions last = LastDimensions.of(x.shape(), attributes);
            Value inverse = last.repeat(emit, inputs.get(1));
            Value normal = emit.mul(x, inverse);
            boolean weighted = inputs.size() > 3;
            Value byNormal = weighted ? emit.mul(gradient, last.spread(emit, inputs.get(3))) : gradient;
            Value slope = last.repeat(emit, last.mean(emit, emit.mul(byNormal, normal)));
            Value byX = emit.mul(inverse, emit.sub(byNormal, emit.mul(normal, slope)));
            return weighted ? List.of(byX, last.gather(emit, emit.mul(gradient, normal))) : List.of(byX);
        }
    }
}
