package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/**
 * The norm of each input, P of them of any shapes and one type -> [P]: the root of the sum of its elements' squares. It is
 * not finite where an element is not, or where the squares are too large for their type.
 */
public final class Norms extends Composite {

    public static final Norms INSTANCE = new Norms();

    private Norms() {
        super("norms");
    }

    /** The norm of all inputs taken together: one number. */
    public static Value ofAll(Emitter emit, List<Value> inputs) {
        return ofAll(
                emit, emit.builder().add(INSTANCE, inputs, Attributes.none()).output(0));
    }

    /** The norm of all inputs taken together, from that of each. */
    public static Value ofAll(Emitter emit, Value norms) {
        return emit.apply(Primitive.SQRT, emit.sumAll(emit.mul(norms, norms)));
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        if (inputs.isEmpty()) {
            throw new ShapeException("norms are of at least one array");
        }
        DType dtype = inputs.get(0).dtype();
        for (TensorType type : inputs) {
            Primitive.SQRT.infer(List.of(type), attributes);
            if (type.dtype() != dtype) {
                throw new ShapeException("norms are of arrays of one type, not of " + dtype + " and " + type.dtype());
            }
        }
        return List.of(new TensorType(dtype, Shape.of(inputs.size())));
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Shape one = Shape.of(1);
        Value[] sums = inputs.stream()
                .map(input -> emit.reshape(emit.sumAll(emit.mul(input, input)), one))
                .toArray(Value[]::new);
        return List.of(emit.apply(Primitive.SQRT, emit.concat(0, sums)));
    }
}
