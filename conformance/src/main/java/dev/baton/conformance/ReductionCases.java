package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sums, maxima and the like over some axes. */
final class ReductionCases {

    private static final String GROUP = "reductions";

    private record Reduced(Shape shape, long... axes) {

        long terms() {
            return Arrays.stream(axes).map(axis -> shape.size((int) axis)).reduce(1, (a, b) -> a * b);
        }
    }

    private static final List<Reduced> OVER = List.of(
            new Reduced(Shape.of(7), 0),
            new Reduced(Shape.of(1), 0),
            new Reduced(Shape.of(10_007), 0),
            new Reduced(Shape.of(3, 5), 0),
            new Reduced(Shape.of(3, 5), 1),
            new Reduced(Shape.of(3, 5), 0, 1),
            new Reduced(Shape.of(3, 5), 1, 0),
            new Reduced(Shape.of(257, 67), 0),
            new Reduced(Shape.of(257, 67), 1),
            new Reduced(Shape.of(2, 1031), 0),
            new Reduced(Shape.of(2, 1031), 1),
            new Reduced(Shape.of(32_769), 0),
            new Reduced(Shape.of(16_385, 1), 1),
            new Reduced(Shape.of(2, 129), 0),
            new Reduced(Shape.of(5003, 7), 1),
            new Reduced(Shape.of(129, 131, 3), 1),
            new Reduced(Shape.of(3, 4, 5), 1),
            new Reduced(Shape.of(3, 4, 5), 0, 2),
            new Reduced(Shape.of(3, 4, 5), 0, 1, 2),
            new Reduced(Shape.of(1, 4, 1), 0, 2),
            new Reduced(Shape.of(2, 3, 2, 3, 2), 1, 3),
            new Reduced(Shape.of(2, 1, 2, 3, 1, 2, 2, 2), 0, 3, 6),
            new Reduced(Shape.of(2, 1, 2, 3, 1, 2, 2, 2), 3),
            new Reduced(Shape.of(0, 3), 0),
            new Reduced(Shape.of(0, 3), 1),
            new Reduced(Shape.of(3, 0), 1),
            new Reduced(Shape.of(0), 0),
            new Reduced(Shape.of(3, 5)),
            new Reduced(Shape.scalar()));

    private ReductionCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (Reduced over : OVER) {
            add(cases, Primitive.SUM, Tolerance.sum(over.terms()), DType.FLOAT32, Fill.NORMAL, over);
            add(cases, Primitive.REDUCE_MAX, Tolerance.EXACT, DType.FLOAT32, Fill.NORMAL, over);
            // Mostly true, so that a long row is not false by chance alone.
            Fill mostly = new Fill("mostly true", (i, step, random) -> random.nextInt(8) == 0 ? 0 : 1);
            add(cases, Primitive.ALL, Tolerance.EXACT, DType.BOOL, mostly, over);
            add(cases, Primitive.ALL, Tolerance.EXACT, DType.BOOL, Fill.number(1), over);
            // No element is the largest of none.
            if (over.axes().length == 1 && over.terms() > 0) {
                add(cases, Primitive.ARGMAX, Tolerance.EXACT, DType.FLOAT32, Fill.NORMAL, over);
                add(cases, Primitive.ARGMAX, Tolerance.EXACT, DType.FLOAT32, Fill.TIES, over);
            }
        }
        var rows = new Reduced(Shape.of(Fill.SPECIALS, Fill.SPECIALS + 1), 1);
        // Rows that begin elsewhere in the special values, with and without a NaN before the end.
        Fill special = new Fill(
                "special",
                (i, step, random) -> Fill.SPECIAL_COLUMNS.element().at(i % 5 + i / Fill.SPECIALS, step, random));
        for (Primitive primitive : List.of(Primitive.REDUCE_MAX, Primitive.ARGMAX)) {
            add(cases, primitive, Tolerance.EXACT, DType.FLOAT32, special, rows);
            add(cases, primitive, Tolerance.EXACT, DType.FLOAT32, Fill.number(Double.NEGATIVE_INFINITY), rows);
            add(cases, primitive, Tolerance.EXACT, DType.FLOAT64, Fill.NORMAL, rows);
        }
        Fill infinite = Fill.values("infinities", 1, Double.POSITIVE_INFINITY, -1, Double.POSITIVE_INFINITY);
        add(cases, Primitive.SUM, Tolerance.sum(64), DType.FLOAT32, infinite, new Reduced(Shape.of(5, 64), 1));
        Fill undefined = Fill.values("NaN", 1, Double.NaN, Double.NEGATIVE_INFINITY);
        add(cases, Primitive.SUM, Tolerance.sum(64), DType.FLOAT32, undefined, new Reduced(Shape.of(5, 64), 0));
        add(cases, Primitive.SUM, Tolerance.sum(67), DType.FLOAT64, Fill.NORMAL, new Reduced(Shape.of(5, 67), 1));
        return cases;
    }

    private static void add(
            List<Case> cases, Primitive primitive, Tolerance tolerance, DType dtype, Fill fill, Reduced over) {
        var attributes = Attributes.of("axes", over.axes());
        cases.add(Case.of(GROUP, primitive, attributes, tolerance, Shapes.argument(dtype, fill, over.shape())));
    }
}
