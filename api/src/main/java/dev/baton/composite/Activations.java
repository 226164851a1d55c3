package dev.baton.composite;

import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Activation functions whose gradient is better taken from the output, or computed by a function of its own, than from
 * the definition. A slope is the derivative at each element.
 */
public final class Activations {

    /** max(x, 0); the gradient at 0 is 0. */
    public static final Composite RELU = new Relu();

    public static final Composite GELU_SLOPE = new Smooth("gelu slope", Activations::geluSlope, null);

    /** x times the share of the normal distribution below x (Hendrycks and Gimpel 2016). */
    public static final Composite GELU = new Smooth("gelu", Activations::gelu, GELU_SLOPE);

    public static final Composite GELU_TANH_SLOPE = new Smooth("gelu tanh slope", Activations::geluTanhSlope, null);

    /** The approximation of {@link #GELU} with a hyperbolic tangent, from the same paper. */
    public static final Composite GELU_TANH = new Smooth("gelu tanh", Activations::geluTanh, GELU_TANH_SLOPE);

    public static final Composite SILU_SLOPE = new Smooth("silu slope", Activations::siluSlope, null);

    /** x sigmoid(x) (Elfwing et al. 2018; Ramachandran et al. 2017 call it swish). */
    public static final Composite SILU = new Smooth("silu", Activations::silu, SILU_SLOPE);

    /** log(1 + exp(x)), minus the logarithm of sigmoid(-x) (Dugas et al. 2001). */
    public static final Composite SOFTPLUS = new Smooth("softplus", Activations::softplus, Primitive.SIGMOID);

    private static final double TANH_FACTOR = Math.sqrt(2 / Math.PI);
    private static final double TANH_CUBE = 0.044715;

    private Activations() {}

    /** What a ReLU makes of the gradient by its result y: that, where y is above 0, and 0 elsewhere. */
    public static Value reluGradient(Emitter emit, Value y, Value gradient) {
        Value zero = emit.fullLike(y, 0);
        return emit.select(emit.less(zero, y), gradient, zero);
    }

    /** The share of the normal distribution below x. */
    private static Value below(Emitter emit, Value x) {
        Value erf = emit.apply(Primitive.ERF, emit.mul(x, Math.sqrt(0.5)));
        return emit.mul(emit.add(erf, emit.fullLike(x, 1)), 0.5);
    }

    private static Value gelu(Emitter emit, Value x) {
        return emit.mul(x, below(emit, x));
    }

    private static Value geluSlope(Emitter emit, Value x) {
        Value density = emit.mul(emit.apply(Primitive.EXP, emit.mul(emit.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return emit.add(below(emit, x), emit.mul(x, density));
    }

    /** sqrt(2 / pi) (x + 0.044715 x^3) with the given square of x. */
    private static Value bent(Emitter emit, Value x, Value square) {
        Value factor = emit.add(emit.mul(square, TANH_FACTOR * TANH_CUBE), emit.fullLike(x, TANH_FACTOR));
        return emit.mul(x, factor);
    }

    private static Value geluTanh(Emitter emit, Value x) {
        Value tanh = emit.apply(Primitive.TANH, bent(emit, x, emit.mul(x, x)));
        return emit.mul(emit.mul(x, 0.5), emit.add(tanh, emit.fullLike(x, 1)));
    }

    /** (1 + t) / 2 + x (1 - t^2) u' / 2 with t = tanh(u). */
    private static Value geluTanhSlope(Emitter emit, Value x) {
        // Where the square has a bound, t is 1 or -1 long since: 0 times a square that is infinite would be NaN.
        Value square = emit.apply(Primitive.MIN, emit.mul(x, x), emit.fullLike(x, 1e4));
        Value tanh = emit.apply(Primitive.TANH, bent(emit, x, square));
        Value one = emit.fullLike(x, 1);
        Value flatness = emit.sub(one, emit.mul(tanh, tanh));
        Value steepness = emit.add(emit.mul(square, 3 * TANH_FACTOR * TANH_CUBE), emit.fullLike(x, TANH_FACTOR));
        Value bend = emit.mul(emit.mul(x, flatness), steepness);
        return emit.mul(emit.add(emit.add(tanh, one), bend), 0.5);
    }

    private static Value silu(Emitter emit, Value x) {
        return emit.mul(x, emit.apply(Primitive.SIGMOID, x));
    }

    /** s (1 + x (1 - s)) with s = sigmoid(x). */
    private static Value siluSlope(Emitter emit, Value x) {
        Value sigmoid = emit.apply(Primitive.SIGMOID, x);
        Value one = emit.fullLike(x, 1);
        return emit.mul(sigmoid, emit.add(one, emit.mul(x, emit.sub(one, sigmoid))));
    }

    /** As max(x, 0) + log(1 + exp(-|x|)), so that nothing overflows and small results keep their digits. */
    private static Value softplus(Emitter emit, Value x) {
        Value decay = emit.apply(Primitive.EXP, emit.neg(emit.apply(Primitive.ABS, x)));
        Value positive = emit.apply(Primitive.MAX, x, emit.fullLike(x, 0));
        return emit.add(positive, emit.apply(Primitive.LOG1P, decay));
    }

    private static final class Relu extends Composite {

        Relu() {
            super("relu");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            return List.of(Primitive.MAX
                    .infer(List.of(inputs.get(0), inputs.get(0)), attributes)
                    .get(0));
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            Value x = inputs.get(0);
            return List.of(emit.apply(Primitive.MAX, x, emit.fullLike(x, 0)));
        }

        /** Reads the output, so that the input need not be kept until the backward pass. */
        @Override
        public GradientRule gradient() {
            return (emit, node, upstream) -> List.of(reluGradient(emit, node.output(0), upstream.get(0)));
        }

        @Override
        public boolean isElementwise() {
            return true;
        }
    }

    /** A function without a bend. */
    private static final class Smooth extends Composite {

        private final BiFunction<Emitter, Value, Value> function;
        private final Operation slope;

        /**
         * @param slope null for a function whose definition is differentiated
         */
        Smooth(String label, BiFunction<Emitter, Value, Value> function, Operation slope) {
            super(label);
            this.function = function;
            this.slope = slope;
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            return Primitive.EXP.infer(inputs, attributes);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            return List.of(function.apply(emit, inputs.get(0)));
        }

        @Override
        public GradientRule gradient() {
            return slope == null
                    ? null
                    : (emit, node, upstream) -> List.of(emit.mul(upstream.get(0), emit.apply(slope, node.input(0))));
        }

        @Override
        public boolean isElementwise() {
            return true;
        }
    }
}
