package dev.baton.composite;

import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link Convolution} with 3 x 3 taps side by side whose weight was transformed beforehand, as Winograd's method F(2x2, 3x3)
 * multiplies it (A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015): a model that does not learn
 * any more need not transform it at every run. Compilers make them; nothing traces them.
 *
 * <p>Inputs: x [N, C, H, W], the {@linkplain #transform transformed} weight [16, O', C] and perhaps bias [O] -> [N, O, OH, OW],
 * where O' is O rounded up to a multiple of 8. Attributes: those of the convolution, and {@link #OUTPUTS}.
 */
public final class WinogradConvolution extends Composite {

    /** The attribute with the number of output channels. */
    public static final String OUTPUTS = "outputs";

    public static final WinogradConvolution INSTANCE = new WinogradConvolution("Winograd convolution", false);

    /** The same, and 0 in the place of what is negative. */
    public static final WinogradConvolution RECTIFIED = new WinogradConvolution("Winograd convolution, relu", true);

    private static final int TAPS = 3;
    private static final int PLACES = 4;
    private static final int TOGETHER = 8;

    private final Composite plain;

    private WinogradConvolution(String label, boolean isRectified) {
        super(label);
        this.plain = isRectified ? RectifiedConvolution.FORWARD : Convolution.FORWARD;
    }

    /** The same convolution of a weight that is transformed now. */
    public static Value of(Emitter emit, Value x, Value weight, List<Value> bias, Attributes convolution) {
        var inputs = new ArrayList<>(List.of(x, transform(emit, weight)));
        inputs.addAll(bias);
        Attributes attributes = convolution.with(OUTPUTS, weight.shape().size(0));
        return emit.apply(INSTANCE, attributes, inputs.toArray(Value[]::new));
    }

    /** A weight [O, C, 3, 3] -> [16, O', C]: of each of the 4 x 4 elements of a tile what its transform is multiplied with. */
    static Value transform(Emitter emit, Value weight) {
        Shape shape = weight.shape();
        long outputs = shape.size(0);
        Value taps = emit.transpose(weight, 2, 3, 0, 1);
        Value down = places(emit, taps, 0);
        Value across = places(emit, down, 1);
        Value flat = emit.reshape(across, Shape.of(PLACES * PLACES, outputs, shape.size(1)));
        long missing = roundedUp(outputs) - outputs;
        return emit.pad(flat, new long[3], new long[] {0, missing, 0}, 0);
    }

    private static long roundedUp(long outputs) {
        return (outputs + TOGETHER - 1) / TOGETHER * TOGETHER;
    }

    /** Along a dimension a, b, c -> a, (a + b + c) / 2, (a - b + c) / 2, c. */
    private static Value places(Emitter emit, Value taps, int dimension) {
        Value first = at(emit, taps, dimension, 0);
        Value middle = emit.mul(at(emit, taps, dimension, 1), 0.5);
        Value last = at(emit, taps, dimension, 2);
        Value ends = emit.mul(emit.add(first, last), 0.5);
        return emit.concat(dimension, first, emit.add(ends, middle), emit.sub(ends, middle), last);
    }

    /** The reverse of {@link #places}. */
    private static Value taps(Emitter emit, Value places, int dimension) {
        Value middle = emit.sub(at(emit, places, dimension, 1), at(emit, places, dimension, 2));
        return emit.concat(dimension, at(emit, places, dimension, 0), middle, at(emit, places, dimension, 3));
    }

    private static Value at(Emitter emit, Value value, int dimension, long index) {
        return emit.slice(value, dimension, index, index + 1);
    }

    private static Value weight(Emitter emit, Value transformed, long outputs) {
        long inputs = transformed.shape().size(2);
        Value own = emit.slice(transformed, 1, 0, outputs);
        Value places = emit.reshape(own, Shape.of(PLACES, PLACES, outputs, inputs));
        return emit.transpose(taps(emit, taps(emit, places, 0), 1), 2, 3, 0, 1);
    }

    /** The shape of the weight before it was transformed: [O, C, 3, 3]. */
    public static Shape weightShape(List<TensorType> inputs, Attributes attributes) {
        return Shape.of(attributes.integer(OUTPUTS), inputs.get(1).shape().size(2), TAPS, TAPS);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        long outputs = attributes.integer(OUTPUTS);
        Shape transformed = inputs.get(1).shape();
        boolean fits = transformed.rank() == 3
                && transformed.size(0) == PLACES * PLACES
                && transformed.size(1) == roundedUp(outputs);
        if (!fits) {
            throw new ShapeException("the transformed weight is " + transformed + " and should be [" + PLACES * PLACES
                    + ", " + roundedUp(outputs) + ", C]");
        }
        return plain.infer(plainInputs(inputs, attributes), attributes);
    }

    private static List<TensorType> plainInputs(List<TensorType> inputs, Attributes attributes) {
        var types = new ArrayList<>(inputs);
        types.set(1, new TensorType(inputs.get(1).dtype(), weightShape(inputs, attributes)));
        return types;
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        var plainInputs = new ArrayList<>(inputs);
        plainInputs.set(1, weight(emit, inputs.get(1), attributes.integer(OUTPUTS)));
        return List.of(emit.apply(plain, attributes, plainInputs.toArray(Value[]::new)));
    }

    @Override
    public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
        return plain.operations(plainInputs(inputs, attributes), outputs, attributes);
    }
}
