package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Functions of two numbers or truth values, and the choice between two. */
final class BinaryCases {

    private static final String GROUP = "functions of two numbers";

    static final Map<Primitive, Tolerance> TOLERANCES = Map.of(
            Primitive.ADD, Tolerance.ROUNDED,
            Primitive.SUB, Tolerance.ROUNDED,
            Primitive.MUL, Tolerance.ROUNDED,
            Primitive.DIV, Tolerance.ulps(1),
            Primitive.POW, Tolerance.function(4),
            Primitive.MAX, Tolerance.EXACT,
            Primitive.MIN, Tolerance.EXACT,
            Primitive.EQUAL, Tolerance.EXACT,
            Primitive.LESS, Tolerance.EXACT,
            Primitive.LESS_EQUAL, Tolerance.EXACT);

    private BinaryCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (Primitive primitive : Primitive.values()) {
            if (TOLERANCES.containsKey(primitive)) {
                floats(cases, primitive);
                if (primitive != Primitive.DIV && primitive != Primitive.POW) {
                    integers(cases, primitive);
                }
            }
        }
        for (Primitive primitive : List.of(Primitive.AND, Primitive.OR)) {
            for (Shape shape : Shapes.MANY) {
                add(cases, primitive, Tolerance.EXACT, DType.BOOL, Fill.TRUTH, Fill.TRUTH, shape);
            }
        }
        powers(cases);
        choices(cases);
        return cases;
    }

    private static void floats(List<Case> cases, Primitive primitive) {
        Tolerance tolerance = TOLERANCES.get(primitive);
        Fill first = primitive == Primitive.POW ? Fill.POSITIVE : Fill.NORMAL;
        for (Shape shape : Shapes.MANY) {
            add(cases, primitive, tolerance, DType.FLOAT32, first, Fill.NORMAL, shape);
        }
        add(cases, primitive, tolerance, DType.FLOAT32, Fill.TIES, Fill.TIES, Shape.of(99));
        if (primitive != Primitive.POW) {
            add(
                    cases,
                    primitive,
                    tolerance,
                    DType.FLOAT32,
                    Fill.SPECIAL_ROWS,
                    Fill.SPECIAL_COLUMNS,
                    Shapes.SPECIAL_PAIRS);
        }
        Tolerance ofDouble = tolerance.ulps() > 0 ? Tolerance.ulps(4) : tolerance;
        add(cases, primitive, ofDouble, DType.FLOAT64, first, Fill.NORMAL, Shape.of(131));
    }

    private static void integers(List<Case> cases, Primitive primitive) {
        for (DType dtype : List.of(DType.INT32, DType.INT64)) {
            Fill fill = primitive == Primitive.MUL ? Fill.WHOLE : Shapes.usual(dtype);
            for (Shape shape : Shapes.FEW) {
                add(cases, primitive, Tolerance.EXACT, dtype, fill, fill, shape);
            }
            add(cases, primitive, Tolerance.EXACT, dtype, Fill.TIES, Fill.TIES, Shape.of(99));
        }
    }

    /** Where a power is defined for numbers that have no logarithm. */
    private static void powers(List<Case> cases) {
        Tolerance tolerance = TOLERANCES.get(Primitive.POW);
        Shape shape = Shape.of(60);
        Fill zero = Fill.number(0);
        add(cases, Primitive.POW, tolerance, DType.FLOAT32, zero, Fill.POSITIVE, shape);
        add(cases, Primitive.POW, tolerance, DType.FLOAT32, Fill.NORMAL, zero, shape);
        Fill exponents = Fill.values("-3 to 3", -3, -2, -1, 0, 1, 2, 3);
        add(cases, Primitive.POW, tolerance, DType.FLOAT32, Fill.between(-4, -0.1), exponents, shape);
        // What is left of Adam's running means: beta^step.
        Fill steps = new Fill("steps", (i, step, random) -> i * i + 1);
        add(cases, Primitive.POW, tolerance, DType.FLOAT32, Fill.number(0.999), steps, shape);
        add(cases, Primitive.POW, tolerance, DType.FLOAT32, Fill.number(0.9), steps, shape);
    }

    private static void choices(List<Case> cases) {
        for (DType dtype : DType.values()) {
            for (Shape shape : dtype == DType.FLOAT32 ? Shapes.MANY : Shapes.FEW) {
                Fill fill = Shapes.usual(dtype);
                cases.add(Case.of(
                        GROUP,
                        Primitive.SELECT,
                        Attributes.none(),
                        Tolerance.SAME_BITS,
                        Shapes.argument(DType.BOOL, Fill.TRUTH, shape),
                        Shapes.argument(dtype, fill, shape),
                        Shapes.argument(dtype, fill, shape)));
            }
        }
        // A NaN that is not chosen leaves no trace.
        cases.add(Case.of(
                GROUP,
                Primitive.SELECT,
                Attributes.none(),
                Tolerance.SAME_BITS,
                Shapes.argument(DType.BOOL, Fill.TRUTH, Shapes.SPECIAL_PAIRS),
                Shapes.argument(DType.FLOAT32, Fill.SPECIAL_ROWS, Shapes.SPECIAL_PAIRS),
                Shapes.argument(DType.FLOAT32, Fill.SPECIAL_COLUMNS, Shapes.SPECIAL_PAIRS)));
    }

    private static void add(
            List<Case> cases,
            Primitive primitive,
            Tolerance tolerance,
            DType dtype,
            Fill first,
            Fill second,
            Shape shape) {
        cases.add(Case.of(
                GROUP,
                primitive,
                Attributes.none(),
                tolerance,
                Shapes.argument(dtype, first, shape),
                Shapes.argument(dtype, second, shape)));
    }
}
