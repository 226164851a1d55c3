package dev.baton.optim;

import dev.baton.BatonException;
import dev.baton.composite.Norms;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.List;

/** An optimizer for gradients that are clipped first: element by element, then by the norm of all of them. */
final class Clipped extends Wrapped {

    /** Keeps the divisor from 0; the number that PyTorch adds, so that losses can be compared. */
    private static final double EPSILON = 1e-6;

    private final double value;
    private final double norm;

    /**
     * @param value the largest element; infinite where elements are not cut
     * @param norm the largest norm; infinite where the norm is not bounded
     */
    Clipped(Optimizer optimizer, double value, double norm) {
        super(optimizer);
        this.value = value;
        this.norm = norm;
    }

    static double requireBound(double most) {
        if (!(most > 0 && most < Double.POSITIVE_INFINITY)) {
            throw new BatonException("gradients are clipped to a positive number, not to " + most);
        }
        return most;
    }

    @Override
    public Optimizer clipNorm(double most) {
        return new Clipped(optimizer(), value, Math.min(norm, requireBound(most)));
    }

    @Override
    public Optimizer clipValue(double most) {
        return new Clipped(optimizer(), Math.min(value, requireBound(most)), norm);
    }

    private boolean cuts() {
        return value < Double.POSITIVE_INFINITY;
    }

    private boolean scales() {
        return norm < Double.POSITIVE_INFINITY;
    }

    @Override
    public void update(Emitter emit, List<Value> parameters, List<Value> gradients, Value finite) {
        super.update(emit, parameters, scaled(emit, cut(emit, gradients)), finite);
    }

    private List<Value> cut(Emitter emit, List<Value> gradients) {
        return cuts() ? gradients.stream().map(one -> cut(emit, one)).toList() : gradients;
    }

    private Value cut(Emitter emit, Value gradient) {
        Value below = emit.apply(Primitive.MIN, gradient, emit.fullLike(gradient, value));
        return emit.apply(Primitive.MAX, below, emit.fullLike(gradient, -value));
    }

    private List<Value> scaled(Emitter emit, List<Value> gradients) {
        if (!scales()) {
            return gradients;
        }
        Value size = Norms.ofAll(emit, gradients);
        Value share = emit.div(emit.fullLike(size, norm), emit.add(size, emit.fullLike(size, EPSILON)));
        Value factor = emit.apply(Primitive.MIN, share, emit.fullLike(size, 1));
        return gradients.stream()
                .map(one -> emit.mul(one, emit.broadcast(factor, one.shape())))
                .toList();
    }
}
