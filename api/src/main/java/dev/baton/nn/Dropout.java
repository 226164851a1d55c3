package dev.baton.nn;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;

/**
 * In training, each element becomes 0 with the given probability and is otherwise divided by 1 - probability; in
 * inference nothing happens (Srivastava et al. 2014). Where devices or machines train together, each draws for itself.
 */
public final class Dropout extends Layer {

    private final double rate;

    /**
     * @param rate the probability of 0, in [0, 1)
     */
    public Dropout(double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new BatonException(
                    "a dropout rate is at least 0 and less than 1, not " + rate + "\n  at  " + createdAt());
        }
        this.rate = rate;
    }

    @Override
    public Tensor forward(Tensor x) {
        if (rate == 0 || x.graph().mode() == GraphBuilder.Mode.INFERENCE) {
            return x;
        }
        return inLayer(x, () -> {
            Tensor kept = uniform(x).lessThan(x.cast(DType.FLOAT32).fullLike(1 - rate));
            return kept.select(x.divide(1 - rate), x.fullLike(0));
        });
    }

    private static Tensor uniform(Tensor x) {
        GraphBuilder graph = x.graph();
        Value seed = graph.runtimeScalar(GraphBuilder.SEED);
        Value step = graph.runtimeScalar(GraphBuilder.STEP);
        var attributes = Attributes.of("stream", graph.randomStream()).with("shape", x.shape());
        return Tensor.of(graph, new Emitter(graph).apply(Primitive.RANDOM_UNIFORM, attributes, seed, step));
    }

    @Override
    protected String describe() {
        return "Dropout(" + rate + ")";
    }
}
