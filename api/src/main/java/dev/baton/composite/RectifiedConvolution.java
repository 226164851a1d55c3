package dev.baton.composite;

import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/**
 * A {@link Convolution} with the ReLU after it, and its gradient by the input with that of the ReLU before it: what is in
 * a register already need not be read and written again. Compilers make them of several operations; nothing traces them.
 */
public final class RectifiedConvolution {

    /** {@link Convolution#FORWARD}, and 0 in the place of what is negative. */
    public static final Composite FORWARD = new Forward();

    /**
     * Gradient [N, O, OH, OW], weight [O, C / groups, KH, KW] and x [N, C, H, W] -> what
     * {@link Convolution#INPUT_GRADIENT} gives where x is above 0, and 0 elsewhere.
     */
    public static final Composite INPUT_GRADIENT = new InputGradient();

    private RectifiedConvolution() {}

    private static final class Forward extends Composite {

        Forward() {
            super("convolution, relu");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            return Convolution.FORWARD.infer(inputs, attributes);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value convolved = emit.apply(Convolution.FORWARD, attributes, inputs.toArray(Value[]::new));
            return List.of(emit.apply(Activations.RELU, convolved));
        }

        @Override
        public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
            return Convolution.FORWARD.operations(inputs, outputs, attributes)
                    + outputs.get(0).shape().size();
        }
    }

    private static final class InputGradient extends Composite {

        InputGradient() {
            super("convolution input gradient, relu");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            List<TensorType> gradient = Convolution.INPUT_GRADIENT.infer(inputs.subList(0, 2), attributes);
            if (!inputs.get(2).equals(gradient.get(0))) {
                throw new ShapeException("x is " + inputs.get(2) + ", but its gradient is " + gradient.get(0));
            }
            return gradient;
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value gradient = emit.apply(Convolution.INPUT_GRADIENT, attributes, inputs.get(0), inputs.get(1));
            return List.of(Activations.reluGradient(emit, inputs.get(2), gradient));
        }

        @Override
        public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
            return Convolution.INPUT_GRADIENT.operations(inputs.subList(0, 2), outputs, attributes)
                    + 2 * outputs.get(0).shape().size();
        }
    }
}
