package dev.baton.onnx.read;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.tensor.Tensor;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Comparisons, logic and choice, and conversions. */
final class ComparisonOperators {

    private ComparisonOperators() {}

    static void addTo(BiConsumer<String, Function<Call, Tensor>> all) {
        all.accept("Equal", call -> {
            Tensor a = call.tensor(0);
            Tensor b = ElementOperators.second(call);
            return a.dtype() == DType.BOOL ? a.cast(DType.INT32).equalTo(b.cast(DType.INT32)) : a.equalTo(b);
        });
        all.accept("Less", call -> call.tensor(0).lessThan(ElementOperators.second(call)));
        all.accept("Greater", call -> ElementOperators.second(call).lessThan(call.tensor(0)));
        all.accept("LessOrEqual", call -> binary(Primitive.LESS_EQUAL, call.tensor(0), ElementOperators.second(call)));
        all.accept(
                "GreaterOrEqual", call -> binary(Primitive.LESS_EQUAL, ElementOperators.second(call), call.tensor(0)));
        all.accept("And", call -> binary(Primitive.AND, call.tensor(0), ElementOperators.second(call)));
        all.accept("Or", call -> binary(Primitive.OR, call.tensor(0), ElementOperators.second(call)));
        all.accept("Xor", call -> {
            Tensor a = call.tensor(0);
            Tensor b = ElementOperators.second(call);
            return binary(Primitive.AND, binary(Primitive.OR, a, b), not(binary(Primitive.AND, a, b)));
        });
        all.accept("Not", call -> not(call.tensor(0)));
        all.accept("IsNaN", call -> not(call.tensor(0).equalTo(call.tensor(0))));
        all.accept("IsInf", call -> {
            Tensor x = call.tensor(0);
            Tensor infinity = x.fullLike(Double.POSITIVE_INFINITY);
            boolean positive = call.integer("detect_positive", 1) != 0;
            boolean negative = call.integer("detect_negative", 1) != 0;
            if (positive && negative) {
                return x.abs().equalTo(infinity);
            }
            Tensor sign = positive ? infinity : infinity.negate();
            // Nothing is both NaN and equal to anything.
            return x.equalTo(positive || negative ? sign : x.fullLike(Double.NaN));
        });
        all.accept("Where", call -> call.tensor(0).select(call.tensor(1), call.tensor(2)));
        all.accept("Cast", call -> call.tensor(0).cast(call.dtype(call.integer("to", 0))));
        all.accept("CastLike", call -> call.tensor(0).cast(call.tensor(1).dtype()));
    }

    static Tensor not(Tensor x) {
        return ElementOperators.primitive(x, Primitive.NOT);
    }

    /** A primitive of two operands, which are broadcast. */
    static Tensor binary(Primitive primitive, Tensor a, Tensor b) {
        Shape shape = Shape.broadcast(a.shape(), b.shape());
        var emit = new Emitter(a.graph());
        return Tensor.of(
                a.graph(),
                emit.apply(
                        primitive,
                        a.broadcast(shape).value(),
                        b.broadcast(shape).value()));
    }
}
