package dev.baton.onnx.read;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Functions of each element, and arithmetic. */
final class ElementOperators {

    /** The constants of the scaled exponential linear unit (Klambauer et al. 2017), as the format has them. */
    private static final double SELU_ALPHA = 1.67326319217681884765625;

    private static final double SELU_GAMMA = 1.05070102214813232421875;

    private ElementOperators() {}

    static void addTo(BiConsumer<String, Function<Call, Tensor>> all) {
        addFunctions(all);
        addActivations(all);
        addArithmetic(all);
    }

    private static void unary(
            BiConsumer<String, Function<Call, Tensor>> all, String name, UnaryOperator<Tensor> function) {
        all.accept(name, call -> function.apply(call.tensor(0)));
    }

    static Tensor primitive(Tensor x, Primitive primitive) {
        return x.apply(primitive, Attributes.none());
    }

    private static void addFunctions(BiConsumer<String, Function<Call, Tensor>> all) {
        unary(all, "Abs", Tensor::abs);
        unary(all, "Neg", Tensor::negate);
        unary(all, "Sign", x -> primitive(x, Primitive.SIGN));
        unary(all, "Floor", x -> primitive(x, Primitive.FLOOR));
        unary(all, "Ceil", x -> primitive(x.negate(), Primitive.FLOOR).negate());
        unary(all, "Round", ElementOperators::round);
        unary(all, "Exp", Tensor::exp);
        unary(all, "Log", Tensor::log);
        unary(all, "Sqrt", Tensor::sqrt);
        unary(all, "Reciprocal", x -> primitive(x, Primitive.RECIPROCAL));
        unary(all, "Erf", Tensor::erf);
        unary(all, "Sin", x -> primitive(x, Primitive.SIN));
        unary(all, "Cos", x -> primitive(x, Primitive.COS));
        unary(all, "Tan", x -> primitive(x, Primitive.SIN).divide(primitive(x, Primitive.COS)));
        unary(all, "Tanh", Tensor::tanh);
        // With e = exp(x) - 1, exact near 0: (e + e / (e + 1)) / 2.
        unary(all, "Sinh", x -> {
            Tensor e = x.expm1();
            return e.add(e.divide(e.add(1))).multiply(0.5);
        });
        unary(all, "Cosh", x -> x.exp().add(x.negate().exp()).multiply(0.5));
        unary(all, "Asinh", ElementOperators::asinh);
        unary(all, "Acosh", x -> {
            Tensor above = x.add(-1);
            return above.add(above.multiply(x.add(1)).sqrt()).log1p();
        });
        unary(all, "Atanh", x -> x.log1p().subtract(x.negate().log1p()).multiply(0.5));
    }

    /** To the nearest whole number, halves to the even one. */
    private static Tensor round(Tensor x) {
        Tensor floor = primitive(x, Primitive.FLOOR);
        Tensor rest = x.subtract(floor);
        Tensor odd =
                floor.subtract(primitive(floor.multiply(0.5), Primitive.FLOOR).multiply(2));
        Tensor half = x.fullLike(0.5);
        Tensor step =
                half.lessThan(rest).select(x.fullLike(1), rest.equalTo(half).select(odd, x.fullLike(0)));
        return floor.add(step);
    }

    /** Odd, and exact near 0: of |x|, log1p(|x| + x^2 / (1 + sqrt(x^2 + 1))), with the sign of x. */
    private static Tensor asinh(Tensor x) {
        Tensor size = x.abs();
        Tensor square = x.square();
        Tensor root = square.add(1).sqrt();
        return size.add(square.divide(root.add(1))).log1p().multiply(primitive(x, Primitive.SIGN));
    }

    private static void addActivations(BiConsumer<String, Function<Call, Tensor>> all) {
        unary(all, "Sigmoid", Tensor::sigmoid);
        unary(all, "Softplus", Tensor::softplus);
        unary(all, "Softsign", x -> x.divide(x.abs().add(1)));
        unary(all, "Mish", x -> x.multiply(x.softplus().tanh()));
        all.accept("Relu", call -> {
            Tensor x = call.tensor(0);
            return x.dtype().isFloating() ? x.relu() : x.maximum(x.fullLike(0));
        });
        all.accept("LeakyRelu", call -> call.tensor(0).leakyRelu(call.number("alpha", 0.01)));
        all.accept("PRelu", call -> {
            Tensor x = call.tensor(0);
            Tensor slope = call.tensor(1);
            if (call.opset() < 7 && slope.shape().rank() == 1 && x.shape().rank() > 2) {
                // One for each channel.
                slope = NormalisationOperators.perChannel(slope, x.shape());
            }
            return x.fullLike(0).lessThan(x).select(x, x.multiply(slope));
        });
        all.accept("Elu", call -> call.tensor(0).elu(call.number("alpha", 1)));
        all.accept(
                "Selu",
                call -> call.tensor(0)
                        .elu(call.number("alpha", SELU_ALPHA))
                        .multiply(call.number("gamma", SELU_GAMMA)));
        all.accept("Celu", call -> {
            double alpha = call.number("alpha", 1);
            return call.tensor(0).divide(alpha).elu(1).multiply(alpha);
        });
        all.accept("ThresholdedRelu", call -> {
            Tensor x = call.tensor(0);
            return x.fullLike(call.number("alpha", 1)).lessThan(x).select(x, x.fullLike(0));
        });
        all.accept(
                "HardSigmoid",
                call -> hardSigmoid(call.tensor(0), call.number("alpha", 0.2f), call.number("beta", 0.5)));
        all.accept("HardSwish", call -> {
            Tensor x = call.tensor(0);
            return x.multiply(hardSigmoid(x, 1.0 / 6, 0.5));
        });
        all.accept("Swish", call -> {
            Tensor x = call.tensor(0);
            return x.multiply(x.multiply(call.number("alpha", 1)).sigmoid());
        });
        all.accept("Gelu", call -> switch (call.text("approximate", "none")) {
            case "none" -> call.tensor(0).gelu();
            case "tanh" -> call.tensor(0).geluTanh();
            default -> throw call.refuse("there is no approximation '" + call.text("approximate", "") + "'");
        });
        all.accept("Shrink", call -> {
            Tensor x = call.tensor(0);
            Tensor bias = x.fullLike(call.number("bias", 0));
            Tensor limit = x.fullLike(call.number("lambd", 0.5));
            Tensor below = x.lessThan(limit.negate()).select(x.add(bias), x.fullLike(0));
            return limit.lessThan(x).select(x.subtract(bias), below);
        });
        all.accept("Clip", ElementOperators::clip);
        all.accept("Dropout", ElementOperators::dropout);
    }

    private static Tensor dropout(Call call) {
        if (call.node().outputs().size() > 1 && !call.node().outputs().get(1).isEmpty()) {
            throw call.refuse("Baton does not give the mask of a dropout");
        }
        double ratio = call.has(1) ? call.scalar(1, "the ratio") : call.number("ratio", 0.5);
        if (ratio != 0 && call.has(2) && call.scalar(2, "whether it trains") != 0) {
            throw call.refuse("it drops in answers too; Baton drops in training alone");
        }
        return call.isTraining() ? Layer.trace(new Dropout(ratio), call.tensor(0)) : call.tensor(0);
    }

    private static Tensor hardSigmoid(Tensor x, double alpha, double beta) {
        Tensor line = x.multiply(alpha).add(beta);
        return line.maximum(x.fullLike(0)).minimum(x.fullLike(1));
    }

    private static Tensor clip(Call call) {
        Tensor x = call.tensor(0);
        if (call.opset() < 11) {
            x = call.hasAttribute("min") ? x.maximum(x.fullLike(call.number("min", 0))) : x;
            return call.hasAttribute("max") ? x.minimum(x.fullLike(call.number("max", 0))) : x;
        }
        x = call.has(1) ? x.maximum(call.tensor(1)) : x;
        return call.has(2) ? x.minimum(call.tensor(2)) : x;
    }

    private static void binary(
            BiConsumer<String, Function<Call, Tensor>> all, String name, BinaryOperator<Tensor> function) {
        all.accept(name, call -> function.apply(call.tensor(0), second(call)));
    }

    /** The second operand, which before version 7 begins at an axis of the first. */
    static Tensor second(Call call) {
        Tensor b = call.tensor(1);
        int rank = call.tensor(0).shape().rank();
        if (call.opset() >= 7 || !call.flag("broadcast") || !call.hasAttribute("axis")) {
            return b;
        }
        var dims = new ArrayList<>(b.shape().dims());
        int axis = call.axis(call.integer("axis", 0), rank);
        while (axis + dims.size() < rank) {
            dims.add(Dim.of(1));
        }
        return b.reshape(Shape.of(dims));
    }

    /** Of any number of operands. */
    private static void variadic(
            BiConsumer<String, Function<Call, Tensor>> all, String name, BinaryOperator<Tensor> function) {
        all.accept(name, call -> joined(call, function));
    }

    private static Tensor joined(Call call, BinaryOperator<Tensor> function) {
        Tensor result = call.tensor(0);
        for (int i = 1; i < call.count(); i++) {
            result = function.apply(result, call.tensor(i));
        }
        return result;
    }

    private static void addArithmetic(BiConsumer<String, Function<Call, Tensor>> all) {
        binary(all, "Add", Tensor::add);
        binary(all, "Sub", Tensor::subtract);
        binary(all, "Mul", Tensor::multiply);
        binary(all, "Div", ElementOperators::divide);
        all.accept("Pow", ElementOperators::pow);
        all.accept("Mod", ElementOperators::mod);
        variadic(all, "Max", Tensor::maximum);
        variadic(all, "Min", Tensor::minimum);
        variadic(all, "Sum", Tensor::add);
        all.accept("Mean", call -> joined(call, Tensor::add).divide(call.count()));
    }

    /** Of integers towards zero. */
    private static Tensor divide(Tensor a, Tensor b) {
        return a.dtype().isFloating()
                ? a.divide(b)
                : a.cast(DType.FLOAT64).divide(b.cast(DType.FLOAT64)).cast(a.dtype());
    }

    private static Tensor pow(Call call) {
        Tensor x = call.tensor(0);
        if (!x.dtype().isFloating()) {
            return x.cast(DType.FLOAT64).pow(second(call).cast(DType.FLOAT64)).cast(x.dtype());
        }
        if (call.item(1) instanceof Item.Known known && known.array().shape().rank() == 0) {
            // These have gradients for negative numbers too, and are faster.
            double exponent = known.array().get(0);
            if (exponent == 1) {
                return x;
            } else if (exponent == 2) {
                return x.square();
            } else if (exponent == 3) {
                return x.square().multiply(x);
            } else if (exponent == 0.5) {
                return x.sqrt();
            } else if (exponent == -1) {
                return primitive(x, Primitive.RECIPROCAL);
            }
        }
        return x.pow(second(call).cast(x.dtype()));
    }

    /** The rest has the sign of the divisor, or that of the dividend where {@code fmod} says so. */
    private static Tensor mod(Call call) {
        Tensor a = call.tensor(0);
        Tensor b = second(call);
        DType dtype = a.dtype();
        if (!dtype.isFloating()) {
            a = a.cast(DType.FLOAT64);
            b = b.cast(DType.FLOAT64);
        }
        Tensor quotient = a.divide(b);
        Tensor floor = primitive(quotient, Primitive.FLOOR);
        if (call.flag("fmod")) {
            Tensor ceiling = primitive(quotient.negate(), Primitive.FLOOR).negate();
            floor = quotient.lessThan(quotient.fullLike(0)).select(ceiling, floor);
        }
        return a.subtract(floor.multiply(b)).cast(dtype);
    }
}
