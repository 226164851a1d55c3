package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Operation;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Products of {@code int8}, whose sums are exact, and what makes numbers of the sums again: {@link #LINEAR} and {@link
 * #CONVOLUTION}. A sum and its bias, in int32, are converted to float32 and multiplied with the scale of their output;
 * where there is an addend, that is added; with an {@link #ACTIVATION} that is applied; with a scale named {@link #RESULT} the
 * result is kept as int8. So several layers one after the other hand bytes to each other.
 *
 * <p>Inputs: x int8, the weight int8, packed ({@link PackedWeight}), the scales float32 [outputs], the bias int32 [outputs],
 * and perhaps an addend of the shape of the result, float32, or int8 with the scale named {@link #ADDEND}.
 */
public abstract class QuantizedProduct extends Composite {

    /** Under this name, the scale that the result is kept with; without it the result is float32. */
    public static final String RESULT = "result";

    /** Under this name, the scale that an addend of int8 is kept with; without it an addend is float32. */
    public static final String ADDEND = "addend";

    /** The attribute with the label of the element function at the end: a ReLU, a GELU in either form, or a SiLU. */
    public static final String ACTIVATION = "activation";

    private static final List<Composite> ACTIVATIONS =
            List.of(Activations.RELU, Activations.GELU, Activations.GELU_TANH, Activations.SILU);

    /** So many products of bytes have a sum that float32 holds exactly. */
    private static final long EXACT = 1024;

    /** So many products, and a bias of half the range of int32, have a sum that int32 holds. */
    public static final long MOST = 1 << 15;

    /** x [..., inputs], weight [outputs / 16, inputs / 4, 16, 4] -> [..., outputs]. */
    public static final QuantizedProduct LINEAR = new Linear();

    /**
     * Pictures with their channels last: x [N, H, W, C], weight [outputs / 16, KH, KW C / 4, 16, 4] -> [N, OH, OW, outputs].
     * Attributes: those of {@link Window} with a dilation of 1, and {@link #PADDING}.
     */
    public static final QuantizedProduct CONVOLUTION = new Pictures();

    /** What stands around pictures: what 0 is kept as. */
    public static final String PADDING = "padding";

    private QuantizedProduct(String label) {
        super(label);
    }

    /** How many numbers are added up for one result, and those that lie next to each other in x. */
    private record Inner(long rows, long row) {}

    /** Whether an operation can be the {@link #ACTIVATION}. */
    public static boolean isActivation(Operation operation) {
        return ACTIVATIONS.contains(operation);
    }

    /** The element function that attributes name; null where they name none. */
    public static Composite activation(Attributes attributes) {
        if (!attributes.has(ACTIVATION)) {
            return null;
        }
        String label = attributes.text(ACTIVATION);
        return ACTIVATIONS.stream()
                .filter(activation -> activation.label().equals(label))
                .findFirst()
                .orElseThrow(
                        () -> new ShapeException("ends with one of " + ACTIVATIONS + ", not with '" + label + "'"));
    }

    abstract Inner inner(Shape x, Attributes attributes);

    /** The shape of the result. */
    abstract Shape result(Shape x, Dim outputs, Attributes attributes);

    /** x as float32 [results, rows * row]. */
    abstract Value matrix(Emitter emit, Value x, Attributes attributes);

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        if (inputs.size() < 4 || inputs.size() > 5) {
            throw new ShapeException("takes x, a weight, scales, a bias and perhaps an addend, not " + inputs);
        }
        require("x", inputs.get(0), DType.INT8, null);
        TensorType bias = inputs.get(3);
        if (bias.shape().rank() != 1 || !bias.shape().isFixed()) {
            throw new ShapeException("the bias is [outputs], not " + bias);
        }
        long outputs = bias.shape().size(0);
        Inner inner = inner(inputs.get(0).shape(), attributes);
        if (inner.rows() * inner.row() < 1 || outputs < 1) {
            throw new ShapeException("has at least one input and one output, not " + inputs);
        }
        if (inner.rows() * inner.row() > MOST) {
            throw new ShapeException(
                    "adds up " + inner.rows() * inner.row() + " products, and int32 has room for " + MOST);
        }
        require("the weight", inputs.get(1), DType.INT8, weight(inner, outputs));
        require("the scales", inputs.get(2), DType.FLOAT32, bias.shape());
        require("the bias", bias, DType.INT32, bias.shape());
        Shape result = result(inputs.get(0).shape(), Dim.of(outputs), attributes);
        boolean isInBytes = Int8Scale.of(attributes, ADDEND) != null;
        if (inputs.size() == 5) {
            require("the addend", inputs.get(4), isInBytes ? DType.INT8 : DType.FLOAT32, result);
        } else if (isInBytes) {
            throw new ShapeException("there is the scale of an addend, and no addend");
        }
        activation(attributes);
        DType dtype = Int8Scale.of(attributes, RESULT) == null ? DType.FLOAT32 : DType.INT8;
        return List.of(new TensorType(dtype, result));
    }

    private static void require(String what, TensorType type, DType dtype, Shape shape) {
        if (type.dtype() != dtype || shape != null && !type.shape().equals(shape)) {
            throw new ShapeException(what + " is " + type + ", not " + dtype + (shape == null ? "" : shape.toString()));
        }
    }

    private Shape weight(Inner inner, long outputs) {
        Shape packed = PackedWeight.shape(outputs, inner.rows(), inner.row());
        return this == LINEAR ? packed.without(1) : packed;
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Shape x = inputs.get(0).shape();
        Inner inner = inner(x, attributes);
        long outputs = inputs.get(3).shape().size(0);
        Value matrix = matrix(emit, inputs.get(0), attributes);
        Value weight = emit.cast(
                PackedWeight.unpacked(emit, inputs.get(1), outputs, inner.rows(), inner.row()), DType.FLOAT32);
        Value sums = null;
        long all = inner.rows() * inner.row();
        for (long from = 0; from < all; from += EXACT) {
            long to = Math.min(all, from + EXACT);
            Value part = emit.matmul(emit.slice(matrix, 1, from, to), emit.slice(weight, 0, from, to), false, false);
            Value whole = emit.cast(part, DType.INT32);
            sums = sums == null ? whole : emit.add(sums, whole);
        }
        Value biased = emit.add(sums, emit.broadcast(inputs.get(3), sums.shape()));
        Value real = emit.cast(biased, DType.FLOAT32);
        Value scaled = emit.mul(real, emit.broadcast(inputs.get(2), real.shape()));
        return List.of(finish(emit, emit.reshape(scaled, result(x, Dim.of(outputs), attributes)), inputs, attributes));
    }

    private static Value finish(Emitter emit, Value scaled, List<Value> inputs, Attributes attributes) {
        Value result = scaled;
        if (inputs.size() == 5) {
            Int8Scale scale = Int8Scale.of(attributes, ADDEND);
            result = emit.add(result, scale == null ? inputs.get(4) : scale.real(emit, inputs.get(4)));
        }
        Composite activation = activation(attributes);
        if (activation != null) {
            result = emit.apply(activation, result);
        }
        Int8Scale kept = Int8Scale.of(attributes, RESULT);
        return kept == null ? result : kept.quantized(emit, result);
    }

    @Override
    public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
        Inner inner = inner(inputs.get(0).shape(), attributes);
        return 2 * outputs.get(0).shape().size() * (inner.rows() * inner.row() + 1);
    }

    private static final class Linear extends QuantizedProduct {

        Linear() {
            super("int8 linear");
        }

        @Override
        Inner inner(Shape x, Attributes attributes) {
            if (x.rank() < 1) {
                throw new ShapeException("x is [..., inputs], not a scalar");
            }
            return new Inner(1, x.size(-1));
        }

        @Override
        Shape result(Shape x, Dim outputs, Attributes attributes) {
            return x.with(-1, outputs);
        }

        @Override
        Value matrix(Emitter emit, Value x, Attributes attributes) {
            Dim rows =
                    Shape.of(x.shape().dims().subList(0, x.shape().rank() - 1)).elements();
            return emit.reshape(
                    emit.cast(x, DType.FLOAT32),
                    Shape.of(List.of(rows, x.shape().dim(-1))));
        }
    }

    private static final class Pictures extends QuantizedProduct {

        Pictures() {
            super("int8 convolution");
        }

        @Override
        Inner inner(Shape x, Attributes attributes) {
            if (x.rank() != 4) {
                throw new ShapeException("x is " + x + " and should be [N, H, W, C]");
            }
            Window window = Window.of(attributes);
            if (window.dilation()[0] != 1 || window.dilation()[1] != 1) {
                throw new ShapeException("the elements of the window lie side by side, not " + window.dilation()[0]
                        + " and " + window.dilation()[1] + " apart");
            }
            long padding = attributes.integer(PADDING);
            if (padding < Byte.MIN_VALUE || padding > Byte.MAX_VALUE) {
                throw new ShapeException("the padding is a byte, not " + padding);
            }
            return new Inner(window.kernel()[0], window.kernel()[1] * x.size(3));
        }

        private static Shape channelsFirst(Shape x) {
            return Shape.of(List.of(x.dim(0), x.dim(3), x.dim(1), x.dim(2)));
        }

        @Override
        Shape result(Shape x, Dim outputs, Attributes attributes) {
            Shape places = Window.of(attributes).places(channelsFirst(x), outputs);
            return Shape.of(List.of(places.dim(0), places.dim(2), places.dim(3), places.dim(1)));
        }

        @Override
        Value matrix(Emitter emit, Value x, Attributes attributes) {
            Value real = emit.transpose(emit.cast(x, DType.FLOAT32), 0, 3, 1, 2);
            Value windows = Window.of(attributes).slide(emit, real, attributes.integer(PADDING));
            // [N, C, OH, OW, KH, KW] -> [N, OH, OW, KH, KW, C]
            Value apart = emit.transpose(windows, 0, 2, 3, 4, 5, 1);
            var dims = new ArrayList<>(apart.shape().dims());
            Inner inner = inner(x.shape(), attributes);
            Dim results = Shape.of(dims.subList(0, 3)).elements();
            return emit.reshape(apart, Shape.of(List.of(results, Dim.of(inner.rows() * inner.row()))));
        }
    }
}
