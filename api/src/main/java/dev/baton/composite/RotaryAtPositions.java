package dev.baton.composite;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * {@link RotaryEmbedding} of sequences that go on: positions along the axis count from a number of its own for each
 * sequence. Inputs: x [N, ...] and the positions of the first tokens, int32 [N]. Attributes are those of {@link
 * RotaryEmbedding}, and the number of positions that there are; what lies beyond them becomes 0.
 */
public final class RotaryAtPositions extends Composite {

    /** The attribute with the number of positions. */
    public static final String CONTEXT = "context";

    public static final RotaryAtPositions INSTANCE = new RotaryAtPositions();

    private RotaryAtPositions() {
        super("rotary embedding at positions");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        Shape x = inputs.get(0).shape();
        long axis = attributes.integer(RotaryEmbedding.AXIS);
        RotaryEmbedding.checkRank(x, attributes);
        boolean fits = axis > 0
                && axis < x.rank() - 1
                && x.dim(-1).isFixed()
                && x.size(-1) % 2 == 0
                && inputs.get(1).equals(new TensorType(DType.INT32, Shape.of(List.of(x.dim(0)))));
        if (!fits) {
            throw new ShapeException(
                    "turns pairs of the last dimension of [N, ...] at positions along an axis between them"
                            + " that count from int32 [N], not " + inputs.get(0) + " along axis " + axis + " from "
                            + inputs.get(1));
        }
        return Primitive.EXP.infer(inputs.subList(0, 1), attributes);
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value x = inputs.get(0);
        Shape halves = x.shape().with(-1, Dim.of(x.shape().size(-1) / 2));
        Dim tokens = x.shape().dim((int) attributes.integer(RotaryEmbedding.AXIS));
        Value positions = TokenPositions.of(emit, inputs.get(1), tokens);
        Value cos = angles(emit, halves, positions, x.dtype(), attributes, StrictMath::cos);
        Value sin = angles(emit, halves, positions, x.dtype(), attributes, StrictMath::sin);
        return List.of(RotaryEmbedding.turn(emit, x, cos, sin, attributes.flag(RotaryEmbedding.NEIGHBOURS)));
    }

    private static Value angles(
            Emitter emit,
            Shape halves,
            Value positions,
            DType dtype,
            Attributes attributes,
            DoubleUnaryOperator function) {
        NDArray table =
                RotaryEmbedding.table(dtype, attributes.integer(CONTEXT), halves.size(-1), attributes, function);
        var dims = new ArrayList<>(Collections.nCopies(halves.rank(), Dim.of(1)));
        for (int axis : new int[] {0, (int) attributes.integer(RotaryEmbedding.AXIS), halves.rank() - 1}) {
            dims.set(axis, halves.dim(axis));
        }
        Value rows = emit.gather(emit.constant(table), positions, 0);
        return emit.broadcast(emit.reshape(rows, Shape.of(dims)), halves);
    }
}
