package dev.baton.composite;

import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The mean of each window: x [N, C, H, W] -> [N, C, OH, OW]. The padding is 0 and counts as elements where the flag
 * {@link #COUNT_PADDING} is set; else the mean is that of the elements of x alone. Attributes: those of {@link Window}.
 *
 * <p>Linear in x, so that forward and backward are each other's gradient.
 */
public abstract class AveragePool extends Composite {

    public static final String COUNT_PADDING = "count padding";

    /** The attribute with the shape of x, of {@link #BACKWARD}. */
    public static final String SHAPE = "shape";

    /** x [N, C, H, W] -> [N, C, OH, OW] */
    public static final AveragePool FORWARD = new Forward();

    /** Gradient [N, C, OH, OW] -> the gradient by x, of attribute shape: each element in equal parts to its window. */
    public static final AveragePool BACKWARD = new Backward();

    private AveragePool(String label) {
        super(label);
    }

    private static TensorType pooled(TensorType x, Attributes attributes) {
        if (!x.dtype().isFloating()) {
            throw new ShapeException("takes floating-point numbers, not " + x.dtype());
        }
        Window.requirePictures("x", x.shape());
        return x.withShape(Window.of(attributes).places(x.shape(), x.shape().dim(1)));
    }

    /** What each mean is divided by, in the shape of the means. */
    private static Value divisors(Emitter emit, Shape x, TensorType means, Attributes attributes) {
        Window window = Window.of(attributes);
        if (attributes.flag(COUNT_PADDING)) {
            return emit.full(means, window.size());
        }
        Shape places = means.shape();
        NDArray counts = NDArray.zeros(means.dtype(), Shape.of(places.size(2), places.size(3)));
        for (int row = 0; row < places.size(2); row++) {
            for (int column = 0; column < places.size(3); column++) {
                long count = inside(window, 0, row, x.size(2)) * inside(window, 1, column, x.size(3));
                // A window of padding alone has the sum 0; its mean is 0 too.
                counts.set((int) (row * places.size(3) + column), Math.max(count, 1));
            }
        }
        return emit.broadcast(emit.constant(counts), places);
    }

    /** How many rows or columns of a window lie in x. */
    private static long inside(Window window, int axis, int place, long size) {
        long count = 0;
        for (int k = 0; k < window.kernel()[axis]; k++) {
            long at = place * window.stride()[axis] + k * window.dilation()[axis] - window.before()[axis];
            count += at >= 0 && at < size ? 1 : 0;
        }
        return count;
    }

    private static final class Forward extends AveragePool {

        Forward() {
            super("average pool");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            return List.of(pooled(inputs.get(0), attributes));
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value x = inputs.get(0);
            Value sum = emit.sum(Window.of(attributes).slide(emit, x, 0), 4, 5);
            return List.of(emit.div(sum, divisors(emit, x.shape(), sum.type(), attributes)));
        }

        @Override
        public GradientRule gradient() {
            return (emit, node, upstream) -> {
                Attributes attributes =
                        node.attributes().with(SHAPE, node.input(0).shape());
                return List.of(emit.apply(BACKWARD, attributes, upstream.get(0)));
            };
        }

        @Override
        public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
            return outputs.get(0).shape().size() * (Window.of(attributes).size() + 1);
        }
    }

    private static final class Backward extends AveragePool {

        Backward() {
            super("average pool backward");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            TensorType x = inputs.get(0).withShape(attributes.shape(SHAPE));
            TensorType pooled = pooled(x, attributes);
            if (!inputs.get(0).equals(pooled)) {
                throw new ShapeException(
                        "the gradient is " + inputs.get(0) + ", but x " + x.shape() + " gives " + pooled);
            }
            return List.of(x);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Window window = Window.of(attributes);
            Value gradient = inputs.get(0);
            Shape x = attributes.shape(SHAPE);
            Value share = emit.div(gradient, divisors(emit, x, gradient.type(), attributes));
            var dims = new ArrayList<>(gradient.shape().dims());
            dims.add(Dim.of(window.kernel()[0]));
            dims.add(Dim.of(window.kernel()[1]));
            return List.of(window.fold(emit, emit.unreduce(share, Shape.of(dims), 4, 5), x));
        }

        @Override
        public GradientRule gradient() {
            return (emit, node, upstream) -> {
                Attributes plain = Window.of(node.attributes())
                        .attributes()
                        .with(COUNT_PADDING, node.attributes().flag(COUNT_PADDING));
                return List.of(emit.apply(FORWARD, plain, upstream.get(0)));
            };
        }

        @Override
        public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
            return inputs.get(0).shape().size() * (Window.of(attributes).size() + 1);
        }
    }
}
