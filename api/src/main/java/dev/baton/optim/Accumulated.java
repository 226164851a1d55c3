package dev.baton.optim;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * An optimizer that learns from the mean gradient of several batches. Each step adds to a sum in a variable beside every
 * parameter; every so many steps the sum is used and begins anew.
 */
final class Accumulated extends Wrapped {

    private final int batches;

    Accumulated(Optimizer optimizer, int batches) {
        super(optimizer);
        if (batches < 1) {
            throw new BatonException("gradients of at least one batch are accumulated, not of " + batches);
        }
        if (optimizer.update(1) != 1) {
            throw new BatonException("the optimizer accumulates gradients already: say once of how many batches");
        }
        this.batches = batches;
    }

    @Override
    public long update(long step) {
        return step % batches == 0 ? optimizer().update(step / batches) : 0;
    }

    /** That of the update which the step belongs to. */
    @Override
    public double learningRate(long step) {
        return optimizer().learningRate((step + batches - 1) / batches);
    }

    @Override
    public void update(Emitter emit, List<Value> parameters, List<Value> gradients, Value finite) {
        Value update = emit.cast(emit.builder().runtimeScalar(GraphBuilder.UPDATE), DType.FLOAT32);
        Value isComplete = emit.less(emit.fullLike(update, 0), update);
        var means = new ArrayList<Value>();
        for (int i = 0; i < parameters.size(); i++) {
            Value before = GradientDescent.moment(emit, parameters.get(i), "accumulated");
            Value sum = emit.add(before, gradients.get(i));
            means.add(emit.mul(sum, 1.0 / batches));
            Value kept = where(emit, isComplete, emit.fullLike(sum, 0), sum);
            emit.builder().assign(before, where(emit, finite, kept, before));
        }
        Value both = emit.select(finite, isComplete, finite);
        super.update(emit, parameters, means, both);
    }

    private static Value where(Emitter emit, Value condition, Value a, Value b) {
        return emit.select(emit.broadcast(condition, a.shape()), a, b);
    }
}
