package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The largest element of each window: x [N, C, H, W] -> [N, C, OH, OW], and the saved position of that element within
 * its window, int32 [N, C, OH, OW], row by row; the first of equals, NaN counts as largest. The padding is minus
 * infinity. Attributes: those of {@link Window}.
 */
public final class MaxPool extends Composite {

    /** The attribute with the shape of x, of {@link #BACKWARD}. */
    public static final String SHAPE = "shape";

    public static final MaxPool FORWARD = new MaxPool();
    public static final Backward BACKWARD = new Backward();

    private MaxPool() {
        super("max pool");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        TensorType x = inputs.get(0);
        if (!x.dtype().isFloating()) {
            throw new ShapeException("takes floating-point numbers, not " + x.dtype());
        }
        Window.requirePictures("x", x.shape());
        TensorType y =
                x.withShape(Window.of(attributes).places(x.shape(), x.shape().dim(1)));
        return List.of(y, y.withDType(DType.INT32));
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Window window = Window.of(attributes);
        Value windows = window.slide(emit, inputs.get(0), Double.NEGATIVE_INFINITY);
        Value flat = emit.reshape(windows, flat(windows.shape()));
        return List.of(emit.reduce(Primitive.REDUCE_MAX, flat, 4), emit.reduce(Primitive.ARGMAX, flat, 4));
    }

    /** [N, C, OH, OW, KH, KW] -> [N, C, OH, OW, KH * KW] */
    private static Shape flat(Shape windows) {
        return windows.without(5).with(4, windows.dim(4).times(windows.dim(5)));
    }

    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            Attributes attributes = node.attributes().with(SHAPE, node.input(0).shape());
            return List.of(emit.apply(BACKWARD, attributes, upstream.get(0), node.output(1)));
        };
    }

    /** A comparison for each element of a window. */
    @Override
    public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
        return outputs.get(0).shape().size() * Window.of(attributes).size();
    }

    /**
     * Gradient [N, C, OH, OW] and the positions of the largest elements -> the gradient by x, of attribute shape: each
     * element goes to where the largest came from.
     */
    public static final class Backward extends Composite {

        private Backward() {
            super("max pool backward");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            TensorType gradient = inputs.get(0);
            TensorType x = gradient.withShape(attributes.shape(SHAPE));
            List<TensorType> pooled = FORWARD.infer(List.of(x), attributes);
            if (!inputs.equals(pooled)) {
                throw new ShapeException(
                        "the gradient and the positions are " + inputs + ", but x " + x.shape() + " gives " + pooled);
            }
            return List.of(x);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Window window = Window.of(attributes);
            Value gradient = inputs.get(0);
            var dims = new ArrayList<>(gradient.shape().dims());
            dims.add(Dim.of(window.size()));
            Shape flat = Shape.of(dims);
            Value positions = emit.broadcast(emit.iota(flat.dim(4), DType.INT32), flat);
            Value here = emit.equal(emit.unreduce(inputs.get(1), flat, 4), positions);
            Value spread = emit.select(
                    here,
                    emit.unreduce(gradient, flat, 4),
                    emit.full(gradient.type().withShape(flat), 0));
            dims.set(4, Dim.of(window.kernel()[0]));
            dims.add(Dim.of(window.kernel()[1]));
            return List.of(window.fold(emit, emit.reshape(spread, Shape.of(dims)), attributes.shape(SHAPE)));
        }

        /** An addition for each element of the gradient. */
        @Override
        public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
            return inputs.get(0).shape().size();
        }
    }
}
