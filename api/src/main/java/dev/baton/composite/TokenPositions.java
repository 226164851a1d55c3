package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Decoding;
import dev.baton.graph.Emitter;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/**
 * The positions of new tokens of sequences: the position of the first one of each, int32 [N] -> int32 [N, T], counted on
 * from there. Attribute {@code shape} is [N, T].
 */
public final class TokenPositions extends Composite {

    public static final TokenPositions INSTANCE = new TokenPositions();

    private static final String SHAPE = "shape";

    private TokenPositions() {
        super("token positions");
    }

    /** The positions of so many tokens. */
    static Value of(Emitter emit, Value first, Dim tokens) {
        return emit.apply(
                INSTANCE, Attributes.of(SHAPE, Shape.of(List.of(first.shape().dim(0), tokens))), first);
    }

    /**
     * What a table has for each new token of a graph that goes on with sequences; 0 for positions beyond the table, which
     * only tokens have that stand for none.
     *
     * @param table [positions, width]
     * @return [N, T, width]
     */
    public static Value rows(Emitter emit, Value table) {
        Decoding decoding = emit.builder().decoding();
        return emit.gather(table, of(emit, decoding.positions(), decoding.tokens()), 0);
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        Shape shape = attributes.shape(SHAPE);
        TensorType first = inputs.get(0);
        if (shape.rank() != 2 || !first.equals(new TensorType(DType.INT32, shape.without(1)))) {
            throw new ShapeException("counts to " + shape + " from int32 " + shape.without(-1) + ", not from " + first);
        }
        return List.of(first.withShape(shape));
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Shape shape = attributes.shape(SHAPE);
        Value counted = emit.broadcast(emit.iota(shape.dim(1), DType.INT32), shape);
        return List.of(emit.add(emit.unreduce(inputs.get(0), shape, 1), counted));
    }
}
