package dev.baton.nn;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.TokenPositions;
import dev.baton.graph.Decoding;
import dev.baton.graph.Emitter;
import dev.baton.tensor.Tensor;

/**
 * Adds a learnt vector to each position: [N, T, width] -> [N, T, width], for up to {@code capacity} positions. The weight
 * is that of an embedding of position numbers.
 */
public final class PositionalEmbedding extends Layer {

    private final long capacity;
    private final long width;
    private final Parameter weight;

    public PositionalEmbedding(long capacity, long width) {
        this(capacity, width, Initializers.normal(1));
    }

    /**
     * @param initializer of the weight [capacity, width]
     * @throws ShapeException if a size is not positive
     */
    public PositionalEmbedding(long capacity, long width, Initializer initializer) {
        if (capacity < 1 || width < 1) {
            throw new ShapeException("PositionalEmbedding needs at least one position of at least one number, not "
                    + capacity + " of " + width);
        }
        this.capacity = capacity;
        this.width = width;
        this.weight = parameter("weight", Shape.of(capacity, width), initializer);
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> {
            Decoding decoding = x.graph().decoding();
            if (decoding != null && x.shape().rank() == 3 && x.shape().dim(-1).equals(Dim.of(width))) {
                decoding.limit(capacity);
                return x.add(atPositions(weight.in(x)));
            }
            if (x.shape().rank() < 2 || x.shape().size(-1) != width || x.shape().size(-2) > capacity) {
                throw x.graph()
                        .shapeError("positional embedding: takes [N, T, " + width + "] with T up to " + capacity
                                + ", not " + x.shape());
            }
            return x.add(weight.in(x).slice(0, 0, x.shape().size(-2)));
        });
    }

    /** Of a table [positions, width] what belongs to new tokens of sequences that go on, [N, T, width]. */
    static Tensor atPositions(Tensor table) {
        return Tensor.of(table.graph(), TokenPositions.rows(new Emitter(table.graph()), table.value()));
    }

    @Override
    protected String describe() {
        return "PositionalEmbedding(" + capacity + ", " + width + ")";
    }
}
