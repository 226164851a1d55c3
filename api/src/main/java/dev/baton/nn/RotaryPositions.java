package dev.baton.nn;

import dev.baton.BatonException;
import dev.baton.composite.RotaryAtPositions;
import dev.baton.composite.RotaryEmbedding;
import dev.baton.graph.Attributes;
import dev.baton.graph.Decoding;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;

/**
 * Turns queries and keys by their positions, so that their products depend on how far they are apart (Su et al. 2021):
 * [N, heads, T, width] -> the same. Pair (i, i + width/2) at position t is turned by t 10000^(-2 i / width). Nothing is
 * learnt.
 */
public final class RotaryPositions extends Layer {

    private final double base;
    private final boolean neighbours;

    public RotaryPositions() {
        this(10_000);
    }

    /**
     * @param base of the angles, more than 1: the larger, the longer the sequences that it can tell apart
     */
    public RotaryPositions(double base) {
        this(base, false);
    }

    private RotaryPositions(double base, boolean neighbours) {
        if (!(base > 1 && base < Double.POSITIVE_INFINITY)) {
            throw new BatonException("the base of rotary positions is a number above 1, not " + base);
        }
        this.base = base;
        this.neighbours = neighbours;
    }

    /** The same with pairs (2 i, 2 i + 1), as in the paper; models differ in which one they were trained with. */
    public RotaryPositions ofNeighbours() {
        return new RotaryPositions(base, true);
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> turn(x));
    }

    /** What {@link #forward} does, as a part of another layer. */
    Tensor turn(Tensor x) {
        var attributes = Attributes.of(RotaryEmbedding.AXIS, (long) x.shape().rank() - 2)
                .with(RotaryEmbedding.BASE, base)
                .with(RotaryEmbedding.NEIGHBOURS, neighbours);
        Decoding decoding = x.graph().decoding();
        if (decoding == null) {
            return x.apply(RotaryEmbedding.INSTANCE, attributes);
        }
        Value turned = new Emitter(x.graph())
                .apply(
                        RotaryAtPositions.INSTANCE,
                        attributes.with(RotaryAtPositions.CONTEXT, decoding.context()),
                        x.value(),
                        decoding.positions());
        return Tensor.of(x.graph(), turned);
    }

    @Override
    protected String describe() {
        return "RotaryPositions(" + base + (neighbours ? ", neighbours)" : ")");
    }
}
