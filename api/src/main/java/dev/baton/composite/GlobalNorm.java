package dev.baton.composite;

import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/**
 * The root of the sum of the squares of all elements of all inputs: one number, which is not finite where an element is
 * not, or where the squares are too large for their element type.
 */
public final class GlobalNorm extends Composite {

    public static final GlobalNorm INSTANCE = new GlobalNorm();

    private GlobalNorm() {
        super("global norm");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        inputs.forEach(type -> Primitive.SQRT.infer(List.of(type), attributes));
        return List.of(inputs.get(0).withShape(Shape.scalar()));
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value sum = inputs.stream()
                .map(input -> emit.sumAll(emit.mul(input, input)))
                .reduce(emit::add)
                .orElseThrow();
        return List.of(emit.apply(Primitive.SQRT, sum));
    }
}
