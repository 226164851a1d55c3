package dev.baton.composite;

import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link BatchNorm} with the addition and the ReLU that follow it, and its gradient with that of the ReLU: the pictures
 * pass through the cache once, not three times. Compilers make them of several operations; nothing traces them.
 */
public final class RectifiedBatchNorm {

    /**
     * x [N, C, ...], weight [C], bias [C] and perhaps an addend [N, C, ...] -> max(batch norm of x + addend, 0), and the
     * other results of {@link BatchNorm#FORWARD}, whose attribute it has.
     */
    public static final Composite FORWARD = new Forward();

    /**
     * x [N, C, ...], weight [C], mean [C], inverse deviation [C], result [N, C, ...], gradient [N, C, ...] -> what
     * {@link BatchNorm#BACKWARD} makes of the gradient where the result is above 0, and of 0 elsewhere.
     */
    public static final Composite BACKWARD = new Backward();

    private RectifiedBatchNorm() {}

    private static void requireLikeX(String name, TensorType type, TensorType x) {
        if (!type.equals(x)) {
            throw new ShapeException("the " + name + " is " + type + ", but x is " + x);
        }
    }

    private static final class Forward extends Composite {

        Forward() {
            super("batch norm, relu");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            if (inputs.size() == 4) {
                requireLikeX("addend", inputs.get(3), inputs.get(0));
            }
            return BatchNorm.FORWARD.infer(inputs.subList(0, 3), attributes);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            var values = new ArrayList<>(BatchNorm.FORWARD.define(emit, inputs.subList(0, 3), attributes));
            Value y = values.get(0);
            values.set(0, emit.apply(Activations.RELU, inputs.size() == 4 ? emit.add(y, inputs.get(3)) : y));
            return values;
        }
    }

    private static final class Backward extends Composite {

        Backward() {
            super("batch norm backward, relu");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            requireLikeX("result", inputs.get(4), inputs.get(0));
            return BatchNorm.BACKWARD.infer(withoutResult(inputs), attributes);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            List<Value> kept = withoutResult(inputs);
            kept.set(4, Activations.reluGradient(emit, inputs.get(4), inputs.get(5)));
            return BatchNorm.BACKWARD.define(emit, kept, attributes);
        }

        private static <T> List<T> withoutResult(List<T> inputs) {
            var kept = new ArrayList<>(inputs);
            kept.remove(4);
            return kept;
        }
    }
}
