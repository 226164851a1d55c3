package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Functions of one number. */
final class UnaryCases {

    private static final String GROUP = "functions of one number";

    /**
     * Of float32; what IEEE 754 rounds once may be a whole unit off, so that a division need not be one. The functions
     * are as exact as those of other libraries, all of which stay within 2 to 4 units.
     */
    static final Map<Primitive, Tolerance> TOLERANCES = Map.ofEntries(
            Map.entry(Primitive.NEG, Tolerance.SAME_BITS),
            Map.entry(Primitive.ABS, Tolerance.SAME_BITS),
            Map.entry(Primitive.SIGN, Tolerance.EXACT),
            Map.entry(Primitive.FLOOR, Tolerance.EXACT),
            Map.entry(Primitive.EXP, Tolerance.function(2)),
            Map.entry(Primitive.LOG, Tolerance.function(2)),
            Map.entry(Primitive.EXPM1, Tolerance.function(2)),
            Map.entry(Primitive.LOG1P, Tolerance.function(2)),
            Map.entry(Primitive.SQRT, Tolerance.ulps(1)),
            Map.entry(Primitive.RSQRT, Tolerance.ulps(2)),
            Map.entry(Primitive.RECIPROCAL, Tolerance.ulps(1)),
            Map.entry(Primitive.TANH, Tolerance.function(2)),
            Map.entry(Primitive.SIGMOID, Tolerance.function(4)),
            Map.entry(Primitive.ERF, Tolerance.function(2)),
            Map.entry(Primitive.SIN, Tolerance.function(2)),
            Map.entry(Primitive.COS, Tolerance.function(2)),
            Map.entry(Primitive.IS_FINITE, Tolerance.EXACT));

    private UnaryCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (Primitive primitive : Primitive.values()) {
            Tolerance tolerance = TOLERANCES.get(primitive);
            if (tolerance != null) {
                floats(cases, primitive, tolerance);
            }
        }
        for (Primitive primitive : List.of(Primitive.NEG, Primitive.ABS, Primitive.SIGN)) {
            for (DType dtype : List.of(DType.INT32, DType.INT64)) {
                for (Shape shape : Shapes.FEW) {
                    add(cases, primitive, Tolerance.EXACT, dtype, Shapes.usual(dtype), shape);
                }
            }
        }
        for (Shape shape : Shapes.MANY) {
            add(cases, Primitive.NOT, Tolerance.EXACT, DType.BOOL, Fill.TRUTH, shape);
        }
        return cases;
    }

    private static void floats(List<Case> cases, Primitive primitive, Tolerance tolerance) {
        Fill fill = isOfPositive(primitive) ? Fill.POSITIVE : Fill.NORMAL;
        for (Shape shape : Shapes.MANY) {
            add(cases, primitive, tolerance, DType.FLOAT32, fill, shape);
        }
        Fill wide = switch (primitive) {
            case EXP, EXPM1 -> Fill.between(-87, 88);
            case LOG, SQRT, RSQRT, RECIPROCAL ->
                new Fill("1e-37 to 1e37", (i, step, random) -> Math.pow(10, random.nextDouble(-37, 37)));
            default -> Fill.between(-100, 100);
        };
        add(cases, primitive, tolerance, DType.FLOAT32, wide, Shape.of(4099));
        add(cases, primitive, tolerance, DType.FLOAT32, Fill.between(-6, 6), Shape.of(4099));
        Fill small =
                new Fill("small", (i, step, random) -> random.nextGaussian() * Math.pow(10, random.nextDouble(-30, 0)));
        add(cases, primitive, tolerance, DType.FLOAT32, small, Shape.of(999));
        // Periodic functions of huge numbers have no digit right.
        boolean periodic = primitive == Primitive.SIN || primitive == Primitive.COS;
        Fill special = periodic
                ? Fill.values(
                        "special", Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -0.0, 1e-40, 1e4)
                : Fill.SPECIAL_COLUMNS;
        add(cases, primitive, tolerance, DType.FLOAT32, special, Shape.of(3L * Fill.SPECIALS));
        Tolerance ofDouble = tolerance.ulps() > 0 ? Tolerance.ulps(4).orAbsolute(1e-15) : tolerance;
        add(cases, primitive, ofDouble, DType.FLOAT64, fill, Shape.of(131));
    }

    private static boolean isOfPositive(Primitive primitive) {
        return primitive == Primitive.LOG || primitive == Primitive.SQRT || primitive == Primitive.RSQRT;
    }

    private static void add(
            List<Case> cases, Primitive primitive, Tolerance tolerance, DType dtype, Fill fill, Shape shape) {
        cases.add(Case.of(GROUP, primitive, Attributes.none(), tolerance, Shapes.argument(dtype, fill, shape)));
    }
}
