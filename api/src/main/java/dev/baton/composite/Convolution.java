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
 * Convolution of pictures, in truth a cross-correlation, and its two gradients. All three are linear in each of their
 * two operands and each is the gradient of the others, so that nothing is ever computed again.
 *
 * <p>With {@code groups} G, output channels come in G equal parts, each of which sees one of G equal parts of the input
 * channels. Attributes: those of {@link Window} but the kernel, which is the weight's, {@link #GROUPS} and perhaps
 * {@link Primitive#BFLOAT16}; the gradients have {@link #SHAPE} too.
 */
public abstract class Convolution extends Composite {

    public static final String GROUPS = "groups";

    /** The attribute with the shape of a gradient: that of x or of the weight. */
    public static final String SHAPE = "shape";

    /** x [N, C, H, W], weight [O, C / groups, KH, KW] and perhaps bias [O] -> [N, O, OH, OW]. */
    public static final Convolution FORWARD = new Forward();

    /** Gradient [N, O, OH, OW] and weight [O, C / groups, KH, KW] -> the gradient by x, of attribute shape. */
    public static final Convolution INPUT_GRADIENT = new InputGradient();

    /** x [N, C, H, W] and gradient [N, O, OH, OW] -> the gradient by the weight, of attribute shape. */
    public static final Convolution WEIGHT_GRADIENT = new WeightGradient();

    private Convolution(String label) {
        super(label);
    }

    /** The attributes of {@link #FORWARD}; the kernel of the window is the weight's and is left out. */
    public static Attributes attributes(Window window, long groups) {
        return window.attributesWithoutKernel().with(GROUPS, groups);
    }

    /** The operands of the convolution, of which a gradient has the shape of one as an attribute. */
    private record Operands(Shape x, Shape weight, Attributes attributes) {

        long groups() {
            return attributes.integer(GROUPS);
        }

        Window window() {
            return Window.of(attributes, new long[] {weight.size(2), weight.size(3)});
        }

        Shape result() {
            return window().places(x, weight.dim(0));
        }

        /** [N, C, H, W] -> [G, C/G * KH * KW, N * OH * OW]: a column for each place of the window. */
        Value columns(Emitter emit, Value picture) {
            Value windows = window().slide(emit, picture, 0);
            Value grouped = emit.reshape(windows, grouped(windows.shape()));
            return emit.reshape(emit.transpose(grouped, 1, 2, 5, 6, 0, 3, 4), columnShape());
        }

        /** The transpose of {@link #columns}. */
        Value pictures(Emitter emit, Value columns) {
            Shape places = result();
            Shape windows = Shape.of(
                    List.of(places.dim(0), x.dim(1), places.dim(2), places.dim(3), weight.dim(2), weight.dim(3)));
            Shape grouped = grouped(windows);
            Shape apart = Shape.of(List.of(
                    grouped.dim(1),
                    grouped.dim(2),
                    grouped.dim(5),
                    grouped.dim(6),
                    grouped.dim(0),
                    grouped.dim(3),
                    grouped.dim(4)));
            Value together = emit.transpose(emit.reshape(columns, apart), 4, 0, 1, 5, 6, 2, 3);
            return window().fold(emit, emit.reshape(together, windows), x);
        }

        /** [N, C, ...] -> [N, G, C/G, ...] */
        private Shape grouped(Shape channels) {
            var dims = new ArrayList<>(channels.dims());
            dims.set(1, Dim.of(channels.size(1) / groups()));
            dims.add(1, Dim.of(groups()));
            return Shape.of(dims);
        }

        private Shape columnShape() {
            Shape places = result();
            Dim rows = Dim.of(weight.size(1) * weight.size(2) * weight.size(3));
            return Shape.of(List.of(
                    Dim.of(groups()), rows, places.dim(0).times(places.dim(2)).times(places.dim(3))));
        }

        /** [O, C/G, KH, KW] -> [G, O/G, C/G * KH * KW] */
        Value matrix(Emitter emit, Value filters) {
            return emit.reshape(
                    filters,
                    Shape.of(groups(), weight.size(0) / groups(), weight.size(1) * weight.size(2) * weight.size(3)));
        }

        /** [N, O, OH, OW] -> [G, O/G, N * OH * OW] */
        Value rows(Emitter emit, Value picture) {
            Value apart = emit.transpose(emit.reshape(picture, grouped(result())), 1, 2, 0, 3, 4);
            Dim places = columnShape().dim(2);
            return emit.reshape(apart, Shape.of(List.of(Dim.of(groups()), Dim.of(weight.size(0) / groups()), places)));
        }

        /** The transpose of {@link #rows}. */
        Value rowsToPictures(Emitter emit, Value rows) {
            Shape grouped = grouped(result());
            Shape apart =
                    Shape.of(List.of(grouped.dim(1), grouped.dim(2), grouped.dim(0), grouped.dim(3), grouped.dim(4)));
            return emit.reshape(emit.transpose(emit.reshape(rows, apart), 2, 0, 1, 3, 4), result());
        }

        Value multiply(Emitter emit, Value a, Value b, boolean transposeA, boolean transposeB) {
            return emit.matmul(a, b, transposeA, transposeB, attributes.flag(Primitive.BFLOAT16));
        }

        void check() {
            Window.requirePictures("x", x);
            if (weight.rank() != 4) {
                throw new ShapeException("the weight is " + weight + " and should be [O, C / groups, KH, KW]");
            }
            if (groups() < 1 || x.size(1) % groups() != 0 || weight.size(0) % groups() != 0) {
                throw new ShapeException("the " + x.size(1) + " input and " + weight.size(0)
                        + " output channels do not come in " + groups() + " equal groups");
            }
            if (weight.size(1) != x.size(1) / groups()) {
                throw new ShapeException("a filter of the weight " + weight + " sees " + weight.size(1)
                        + " channels, x " + x + " has " + x.size(1)
                        + (groups() == 1 ? "" : " in " + groups() + " groups"));
            }
        }

        void checkResult(Shape gradient) {
            check();
            if (!gradient.equals(result())) {
                throw new ShapeException("the gradient is " + gradient + ", but x " + x + " and the weight " + weight
                        + " give " + result());
            }
        }

        /** A multiplication and an addition for each element of a window at each place, for each output channel. */
        long operations() {
            return 2 * result().size() * weight.size(1) * weight.size(2) * weight.size(3);
        }
    }

    private static Attributes withoutShape(Operands operands) {
        return attributes(operands.window(), operands.groups());
    }

    private static DType floating(List<TensorType> inputs, int least, int most) {
        if (inputs.size() < least || inputs.size() > most) {
            throw new ShapeException(
                    "takes " + least + (most > least ? " or " + most : "") + " operands, not " + inputs.size());
        }
        DType dtype = inputs.get(0).dtype();
        for (TensorType input : inputs) {
            if (!input.dtype().isFloating() || input.dtype() != dtype) {
                throw new ShapeException("takes floating-point numbers of one type, not " + inputs);
            }
        }
        return dtype;
    }

    private static final class Forward extends Convolution {

        Forward() {
            super("convolution");
        }

        private static Operands operands(List<Shape> shapes, Attributes attributes) {
            return new Operands(shapes.get(0), shapes.get(1), attributes);
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            DType dtype = floating(inputs, 2, 3);
            Operands operands = operands(shapes(inputs), attributes);
            operands.check();
            Shape bias = Shape.of(operands.weight().size(0));
            if (inputs.size() == 3 && !inputs.get(2).shape().equals(bias)) {
                throw new ShapeException("the bias is " + inputs.get(2).shape() + ", but the weight "
                        + operands.weight() + " has " + operands.weight().size(0) + " filters");
            }
            return List.of(new TensorType(dtype, operands.result()));
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Operands operands = operands(inputs.stream().map(Value::shape).toList(), attributes);
            Value product = operands.multiply(
                    emit, operands.matrix(emit, inputs.get(1)), operands.columns(emit, inputs.get(0)), false, false);
            Value result = operands.rowsToPictures(emit, product);
            return List.of(
                    inputs.size() == 2
                            ? result
                            : emit.add(result, emit.unreduce(inputs.get(2), result.shape(), 0, 2, 3)));
        }

        @Override
        public GradientRule gradient() {
            return (emit, node, upstream) -> {
                Value x = node.input(0);
                Value weight = node.input(1);
                Value up = upstream.get(0);
                Attributes attributes = node.attributes();
                Value byX = emit.apply(INPUT_GRADIENT, attributes.with(SHAPE, x.shape()), up, weight);
                Value byWeight = emit.apply(WEIGHT_GRADIENT, attributes.with(SHAPE, weight.shape()), x, up);
                return node.inputs().size() == 2
                        ? List.of(byX, byWeight)
                        : List.of(byX, byWeight, emit.sum(up, 0, 2, 3));
            };
        }

        @Override
        public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
            long bias = inputs.size() == 3 ? outputs.get(0).shape().size() : 0;
            return operands(shapes(inputs), attributes).operations() + bias;
        }
    }

    private static final class InputGradient extends Convolution {

        InputGradient() {
            super("convolution input gradient");
        }

        private static Operands operands(List<Shape> shapes, Attributes attributes) {
            return new Operands(attributes.shape(SHAPE), shapes.get(1), attributes);
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            DType dtype = floating(inputs, 2, 2);
            Operands operands = operands(shapes(inputs), attributes);
            operands.checkResult(inputs.get(0).shape());
            return List.of(new TensorType(dtype, operands.x()));
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Operands operands = operands(inputs.stream().map(Value::shape).toList(), attributes);
            Value matrix = operands.matrix(emit, inputs.get(1));
            Value rows = operands.rows(emit, inputs.get(0));
            return List.of(operands.pictures(emit, operands.multiply(emit, matrix, rows, true, false)));
        }

        @Override
        public GradientRule gradient() {
            return (emit, node, upstream) -> {
                Value up = upstream.get(0);
                Shape weight = node.input(1).shape();
                Attributes plain = withoutShape(operands(List.of(up.shape(), weight), node.attributes()));
                return List.of(
                        emit.apply(FORWARD, plain, up, node.input(1)),
                        emit.apply(WEIGHT_GRADIENT, plain.with(SHAPE, weight), up, node.input(0)));
            };
        }

        @Override
        public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
            return operands(shapes(inputs), attributes).operations();
        }
    }

    private static final class WeightGradient extends Convolution {

        WeightGradient() {
            super("convolution weight gradient");
        }

        private static Operands operands(List<Shape> shapes, Attributes attributes) {
            return new Operands(shapes.get(0), attributes.shape(SHAPE), attributes);
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            DType dtype = floating(inputs, 2, 2);
            Operands operands = operands(shapes(inputs), attributes);
            operands.checkResult(inputs.get(1).shape());
            return List.of(new TensorType(dtype, operands.weight()));
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Operands operands = operands(inputs.stream().map(Value::shape).toList(), attributes);
            Value rows = operands.rows(emit, inputs.get(1));
            Value columns = operands.columns(emit, inputs.get(0));
            return List.of(emit.reshape(operands.multiply(emit, rows, columns, false, true), operands.weight()));
        }

        @Override
        public GradientRule gradient() {
            return (emit, node, upstream) -> {
                Value up = upstream.get(0);
                Shape x = node.input(0).shape();
                Attributes plain = withoutShape(operands(List.of(x), node.attributes()));
                return List.of(
                        emit.apply(INPUT_GRADIENT, plain.with(SHAPE, x), node.input(1), up),
                        emit.apply(FORWARD, plain, node.input(0), up));
            };
        }

        @Override
        public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
            return operands(shapes(inputs), attributes).operations();
        }
    }

    private static List<Shape> shapes(List<TensorType> types) {
        return types.stream().map(TensorType::shape).toList();
    }
}
