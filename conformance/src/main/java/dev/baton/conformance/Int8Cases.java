package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.composite.Int8Scale;
import dev.baton.composite.PackedWeight;
import dev.baton.composite.QuantizedProduct;
import dev.baton.composite.ToInt8;
import dev.baton.composite.Window;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import java.util.ArrayList;
import java.util.List;

/**
 * Products of bytes, each whole and as its definition. Scales are powers of two and sums small enough that every number on
 * the way is exact as float32, so that a backend has to give the very same bytes.
 */
final class Int8Cases {

    private static final String GROUP = "int8";

    private static final Fill SCALES = Fill.values("powers of two", 0x1p-8, 0x1p-9, 0x1p-7, 0x1p-10);

    private static final Int8Scale RESULT = new Int8Scale(0.5, -28);
    private static final Int8Scale ADDEND = new Int8Scale(0.25, 5);

    private Int8Cases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (Shape shape : Shapes.MANY) {
            toInt8(cases, new Fill("quarters", (i, step, random) -> random.nextInt(-400, 401) / 4.0), shape);
        }
        toInt8(cases, Fill.SPECIAL_COLUMNS, Shape.of(Fill.SPECIALS));
        // The first of each has a weight that nothing fills up, for the cases of views.
        linear(cases, 16, 3, 8);
        linear(cases, 7, 1, 1);
        linear(cases, 19, 5, 37);
        linear(cases, 33, 70, 64);
        linear(cases, 3, 2, 1500);
        linear(cases, 5, 0, 3);
        linear(cases, 16, 1, 2, 1, 2, 3, 1, 2, 4);
        convolution(cases, window(3, 3, 1, 1), 16, 2, 5, 4, 4);
        convolution(cases, window(3, 3, 1, 1), 5, 1, 7, 6, 3);
        convolution(cases, window(1, 1, 2, 0), 17, 2, 5, 6, 7);
        convolution(cases, window(2, 3, 2, 0), 40, 3, 9, 11, 5);
        convolution(cases, window(4, 5, 1, 3), 3, 1, 2, 3, 1);
        convolution(cases, window(3, 3, 1, 1), 33, 1, 3, 270, 2);
        convolution(cases, window(3, 3, 1, 1), 16, 0, 3, 4, 4);
        return cases;
    }

    private static void toInt8(List<Case> cases, Fill fill, Shape shape) {
        Attributes attributes = RESULT.in(Attributes.none(), ToInt8.RESULT);
        Argument argument = Shapes.argument(DType.FLOAT32, fill, shape);
        CompositeCases.both(cases, GROUP, ToInt8.INSTANCE, attributes, Tolerance.EXACT, argument);
    }

    private static Window window(long high, long wide, long stride, long padding) {
        return new Window(
                new long[] {high, wide},
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {padding, padding},
                new long[] {1, 1});
    }

    private static void linear(List<Case> cases, long outputs, long... x) {
        Shape shape = Shape.of(x);
        long inputs = shape.size(-1);
        Shape packed = PackedWeight.shape(outputs, 1, inputs);
        Argument weight = Shapes.argument(DType.INT8, weight(packed, outputs, inputs), packed.without(1));
        Shape result = shape.with(-1, Dim.of(outputs));
        ways(cases, QuantizedProduct.LINEAR, Attributes.none(), outputs, shape, weight, result);
    }

    private static void convolution(List<Case> cases, Window window, long outputs, long... x) {
        Shape shape = Shape.of(x);
        long row = window.kernel()[1] * shape.size(3);
        Shape packed = PackedWeight.shape(outputs, window.kernel()[0], row);
        Argument weight = Shapes.argument(DType.INT8, weight(packed, outputs, row), packed);
        Shape places =
                window.places(Shape.of(shape.size(0), shape.size(3), shape.size(1), shape.size(2)), Dim.of(outputs));
        Shape result = Shape.of(places.size(0), places.size(2), places.size(3), outputs);
        Attributes attributes = window.attributes().with(QuantizedProduct.PADDING, -3L);
        ways(cases, QuantizedProduct.CONVOLUTION, attributes, outputs, shape, weight, result);
    }

    /** Bytes, and 0 where they only fill up. */
    private static Fill weight(Shape packed, long outputs, long row) {
        return new Fill("", (i, step, random) -> {
            long byteOfRow = i / 64 % packed.size(2) * 4 + i % 4;
            long output = i / 64 / packed.size(2) / packed.size(1) * 16 + i / 4 % 16;
            int value = random.nextInt(-127, 128);
            return byteOfRow < row && output < outputs ? value : 0;
        });
    }

    private static void ways(
            List<Case> cases,
            QuantizedProduct product,
            Attributes attributes,
            long outputs,
            Shape x,
            Argument weight,
            Shape result) {
        Argument bytes = Shapes.argument(DType.INT8, Fill.BYTES, x);
        Argument scales = Shapes.floats(SCALES, outputs);
        Argument bias = Shapes.argument(DType.INT32, Fill.WHOLE, Shape.of(outputs));
        Argument addend = Shapes.argument(DType.INT8, Fill.BYTES, result);
        Attributes rectified = attributes.with(QuantizedProduct.ACTIVATION, Activations.RELU.label());
        both(cases, product, attributes, bytes, weight, scales, bias);
        both(cases, product, RESULT.in(rectified, QuantizedProduct.RESULT), bytes, weight, scales, bias);
        Argument numbers = Shapes.argument(DType.FLOAT32, Fill.NORMAL, result);
        both(cases, product, attributes, bytes, weight, scales, bias, numbers);
        both(cases, product, RESULT.in(rectified, QuantizedProduct.RESULT), bytes, weight, scales, bias, numbers);
        Attributes adding = ADDEND.in(rectified, QuantizedProduct.ADDEND);
        both(cases, product, adding, bytes, weight, scales, bias, addend);
        both(cases, product, RESULT.in(adding, QuantizedProduct.RESULT), bytes, weight, scales, bias, addend);
        for (Composite smooth : List.of(Activations.GELU, Activations.GELU_TANH, Activations.SILU)) {
            // Smooth functions are not exact, and next to the edge between two bytes either may come out.
            Attributes bent = attributes.with(QuantizedProduct.ACTIVATION, smooth.label());
            Attributes kept = RESULT.in(bent, QuantizedProduct.RESULT);
            CompositeCases.both(cases, GROUP, product, bent, Tolerance.ofLargest(4e-6), bytes, weight, scales, bias);
            CompositeCases.both(
                    cases, GROUP, product, kept, Tolerance.EXACT.orAbsolute(1), bytes, weight, scales, bias);
        }
    }

    private static void both(List<Case> cases, QuantizedProduct product, Attributes attributes, Argument... arguments) {
        CompositeCases.both(cases, GROUP, product, attributes, Tolerance.EXACT, arguments);
    }
}
