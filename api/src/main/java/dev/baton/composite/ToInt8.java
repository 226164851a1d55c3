package dev.baton.composite;

import dev.baton.DType;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/**
 * float32 [...] to int8 [...]: floor(x (1 / scale) + (zero + 1/2)), both operations rounded to float32, then the nearest
 * byte; 0 for NaN. The {@link Int8Scale} is that of the attributes named {@link #RESULT}.
 */
public final class ToInt8 extends Composite {

    /** Under this name, the scale. */
    public static final String RESULT = QuantizedProduct.RESULT;

    public static final ToInt8 INSTANCE = new ToInt8();

    private ToInt8() {
        super("to int8");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        if (inputs.size() != 1 || inputs.get(0).dtype() != DType.FLOAT32) {
            throw new ShapeException("takes float32, not " + inputs);
        }
        if (Int8Scale.of(attributes, RESULT) == null) {
            throw new ShapeException("needs a scale");
        }
        return List.of(inputs.get(0).withDType(DType.INT8));
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Int8Scale scale = Int8Scale.of(attributes, RESULT);
        Value units = emit.mul(inputs.get(0), scale.inverse());
        Value shifted = emit.add(units, emit.fullLike(units, scale.shift()));
        return List.of(emit.cast(emit.apply(Primitive.FLOOR, shifted), DType.INT8));
    }

    @Override
    public boolean isElementwise() {
        return true;
    }
}
