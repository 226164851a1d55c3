package dev.baton.composite;

import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/**
 * log(1 + exp(x)) of each element, as max(x, 0) + log(1 + exp(-|x|)), so that nothing overflows and small results keep
 * their digits. It is minus the logarithm of sigmoid(-x).
 */
public final class Softplus extends Composite {

    public static final Softplus INSTANCE = new Softplus();

    private Softplus() {
        super("softplus");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        return Primitive.EXP.infer(inputs, attributes);
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value x = inputs.get(0);
        Value decay = emit.apply(Primitive.EXP, emit.neg(emit.apply(Primitive.ABS, x)));
        Value positive = emit.apply(Primitive.MAX, x, emit.fullLike(x, 0));
        return List.of(emit.add(positive, logOfOnePlus(emit, decay)));
    }

    /**
     * log(1 + x) for x in [0, 1]. What 1 + x loses of x, the quotient log(u) / (u - 1) of the rounded sum u hardly
     * notices (Kahan; Goldberg 1991, theorem 4).
     */
    private static Value logOfOnePlus(Emitter emit, Value x) {
        Value one = emit.fullLike(x, 1);
        Value sum = emit.add(x, one);
        Value nothingLeft = emit.equal(sum, one);
        Value rest = emit.select(nothingLeft, one, emit.sub(sum, one));
        Value quotient = emit.div(emit.apply(Primitive.LOG, sum), rest);
        return emit.select(nothingLeft, x, emit.mul(x, quotient));
    }

    /** The slope is sigmoid(x). */
    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) ->
                List.of(emit.mul(upstream.get(0), emit.apply(Primitive.SIGMOID, node.input(0))));
    }
}
