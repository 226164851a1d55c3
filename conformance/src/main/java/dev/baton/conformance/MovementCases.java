package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Elements that move or repeat and keep every bit. */
final class MovementCases {

    private static final String GROUP = "movement";

    private static final Shape[][] RESHAPES = {
        {Shape.of(6), Shape.of(2, 3)},
        {Shape.of(2, 3, 4), Shape.of(8, 3)},
        {Shape.of(1), Shape.scalar()},
        {Shape.scalar(), Shape.of(1, 1)},
        {Shape.of(0, 5), Shape.of(3, 0)},
        {Shape.of(2, 2, 2, 2, 2, 2, 2, 2), Shape.of(256)}
    };

    private static final Shape[][] BROADCASTS = {
        {Shape.scalar(), Shape.scalar()},
        {Shape.scalar(), Shape.of(3, 5)},
        {Shape.scalar(), Shape.of(0)},
        {Shape.of(1), Shape.of(9)},
        {Shape.of(5), Shape.of(3, 5)},
        {Shape.of(3, 1), Shape.of(3, 67)},
        {Shape.of(1, 4), Shape.of(2, 3, 4)},
        {Shape.of(2, 1, 3), Shape.of(5, 2, 7, 3)},
        {Shape.of(5), Shape.of(0, 5)},
        {Shape.of(1, 0), Shape.of(4, 0)},
        {Shape.of(1, 2, 1, 2, 1, 2, 1, 2), Shape.of(2, 2, 2, 2, 2, 2, 2, 2)}
    };

    private static final List<Turn> TRANSPOSES = List.of(
            new Turn(Shape.scalar()),
            new Turn(Shape.of(4), 0),
            new Turn(Shape.of(3, 5), 1, 0),
            new Turn(Shape.of(3, 5), 0, 1),
            new Turn(Shape.of(67, 131), 1, 0),
            new Turn(Shape.of(0, 5), 1, 0),
            new Turn(Shape.of(2, 3, 4), 2, 0, 1),
            new Turn(Shape.of(2, 3, 4), 0, 2, 1),
            new Turn(Shape.of(2, 3, 4), 1, 0, 2),
            new Turn(Shape.of(1, 3, 1, 5), 3, 2, 1, 0),
            new Turn(Shape.of(1, 2, 3, 1, 2, 3, 1, 2), 7, 0, 6, 1, 5, 2, 4, 3));

    private static final double[] TO_CONVERT = {
        0,
        -0.0,
        0.5,
        -0.5,
        0.999999,
        -1.999999,
        1.5,
        2.5,
        1e-40,
        16777217,
        2147483520,
        2147483648.0,
        -2147483648.0,
        -3e9,
        3e9,
        1e17,
        9.3e18,
        -9.3e18,
        1e30,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
    };

    private record Turn(Shape shape, long... axes) {}

    private MovementCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (DType dtype : DType.values()) {
            for (Shape[] pair : RESHAPES) {
                cases.add(move(Primitive.RESHAPE, dtype, pair[0], Attributes.of("shape", pair[1])));
            }
            for (Shape[] pair : BROADCASTS) {
                cases.add(move(Primitive.BROADCAST, dtype, pair[0], Attributes.of("shape", pair[1])));
            }
            for (Turn turn : TRANSPOSES) {
                cases.add(move(Primitive.TRANSPOSE, dtype, turn.shape(), Attributes.of("axes", turn.axes())));
            }
            for (DType target : DType.values()) {
                casts(cases, dtype, target);
            }
        }
        return cases;
    }

    private static Case move(Primitive primitive, DType dtype, Shape shape, Attributes attributes) {
        Fill fill = dtype == DType.FLOAT32 ? Fill.SPECIAL_COLUMNS : Shapes.usual(dtype);
        return Case.of(GROUP, primitive, attributes, Tolerance.SAME_BITS, Shapes.argument(dtype, fill, shape));
    }

    private static void casts(List<Case> cases, DType from, DType to) {
        var attributes = Attributes.of("dtype", to.name());
        // To integers the value is cut, to float32 it is rounded once.
        Tolerance tolerance = to == DType.FLOAT32 ? Tolerance.ROUNDED : Tolerance.EXACT;
        for (Shape shape : Shapes.FEW) {
            Fill fill = from.isInteger() ? Fill.WHOLE : Shapes.usual(from);
            cases.add(Case.of("casts", Primitive.CAST, attributes, tolerance, Shapes.argument(from, fill, shape)));
        }
        if (from.isFloating()) {
            var type = new TensorType(from, Shape.of(TO_CONVERT.length));
            Argument argument = new Argument(type, Fill.values("special", TO_CONVERT));
            cases.add(Case.of("casts", Primitive.CAST, attributes, tolerance, argument));
        } else if (from == DType.INT64 && to.isFloating()) {
            cases.add(Case.of(
                    "casts", Primitive.CAST, attributes, tolerance, Shapes.argument(from, Fill.LONG, Shape.of(99))));
        } else if (from == DType.INT32) {
            Fill large = Fill.values("large", 16777217, 33554435, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, -1);
            cases.add(
                    Case.of("casts", Primitive.CAST, attributes, tolerance, Shapes.argument(from, large, Shape.of(6))));
        }
    }
}
