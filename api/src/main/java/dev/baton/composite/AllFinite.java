package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;
import java.util.stream.IntStream;

/** Whether every element of every input is finite: one truth value. */
public final class AllFinite extends Composite {

    public static final AllFinite INSTANCE = new AllFinite();

    private AllFinite() {
        super("all finite");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        inputs.forEach(type -> Primitive.IS_FINITE.infer(List.of(type), attributes));
        return List.of(new TensorType(DType.BOOL, Shape.scalar()));
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        return List.of(inputs.stream()
                .map(input -> {
                    int[] all = IntStream.range(0, input.shape().rank()).toArray();
                    Value finite = emit.apply(Primitive.IS_FINITE, input);
                    return all.length == 0 ? finite : emit.reduce(Primitive.ALL, finite, all);
                })
                .reduce((a, b) -> emit.apply(Primitive.AND, a, b))
                .orElseThrow());
    }
}
