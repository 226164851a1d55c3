package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Matrix products, each with all four ways to transpose; some with factors that are rounded to bfloat16. */
final class MatmulCases {

    private static final String GROUP = "matrix products";

    /** Around vectors and tiles: every product of three of these sizes is tried. */
    private static final long[] SIDES = {1, 2, 3, 17, 64, 127, 128};

    /** Leading sizes, then m, k, n. */
    private static final long[][] SIZES = {
        {3, 5, 7},
        {1, 257, 129},
        {129, 257, 1},
        {65, 130, 131},
        {200, 300, 190},
        {5, 1031, 70},
        {67, 9, 1027},
        {1027, 9, 5},
        {0, 3, 4},
        {3, 0, 4},
        {3, 4, 0},
        {2, 3, 5, 7},
        {5, 1, 4, 1},
        {2, 3, 16, 17, 15},
        {0, 2, 3, 4},
        {1, 1, 1, 2, 1, 1, 3, 5, 2}
    };

    private MatmulCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        var all = new ArrayList<>(List.of(SIZES));
        for (long m : SIDES) {
            for (long k : SIDES) {
                for (long n : SIDES) {
                    all.add(new long[] {m, k, n});
                }
            }
        }
        for (long[] sizes : SIZES) {
            for (int flags = 0; flags < 4; flags++) {
                cases.add(rounded(sizes, (flags & 1) != 0, (flags & 2) != 0, Fill.NORMAL));
            }
        }
        for (long[] sizes : all) {
            for (int flags = 0; flags < 4; flags++) {
                cases.add(product(sizes, (flags & 1) != 0, (flags & 2) != 0, DType.FLOAT32, Fill.NORMAL));
            }
        }
        for (int flags = 0; flags < 4; flags++) {
            boolean a = (flags & 1) != 0;
            boolean b = (flags & 2) != 0;
            Fill broken = Fill.values(
                    "with NaN and infinities", 1, 2, 0.5, Double.NaN, 1, 1, 1, Double.POSITIVE_INFINITY, 3, 1, 1, 1, 1);
            cases.add(product(new long[] {7, 5, 11}, a, b, DType.FLOAT32, broken));
            cases.add(rounded(new long[] {7, 5, 11}, a, b, broken));
            cases.add(product(new long[] {7, 5, 11}, a, b, DType.FLOAT64, Fill.NORMAL));
        }
        return cases;
    }

    private static Case product(long[] sizes, boolean transposeA, boolean transposeB, DType dtype, Fill fill) {
        return product(sizes, transposed(transposeA, transposeB), dtype, fill);
    }

    private static Case rounded(long[] sizes, boolean transposeA, boolean transposeB, Fill fill) {
        return product(sizes, transposed(transposeA, transposeB).with(Primitive.BFLOAT16, true), DType.FLOAT32, fill);
    }

    private static Attributes transposed(boolean transposeA, boolean transposeB) {
        return Attributes.of("transposeA", transposeA).with("transposeB", transposeB);
    }

    private static Case product(long[] sizes, Attributes attributes, DType dtype, Fill fill) {
        long[] leading = LongStream.of(sizes).limit(sizes.length - 3L).toArray();
        long m = sizes[sizes.length - 3];
        long k = sizes[sizes.length - 2];
        long n = sizes[sizes.length - 1];
        boolean transposeA = attributes.flag("transposeA");
        boolean transposeB = attributes.flag("transposeB");
        return Case.of(
                GROUP,
                Primitive.MATMUL,
                attributes,
                Tolerance.sum(k),
                Shapes.argument(dtype, fill, transposeA ? matrix(leading, k, m) : matrix(leading, m, k)),
                Shapes.argument(dtype, fill, transposeB ? matrix(leading, n, k) : matrix(leading, k, n)));
    }

    private static Shape matrix(long[] leading, long rows, long columns) {
        return Shape.of(LongStream.concat(LongStream.of(leading), LongStream.of(rows, columns))
                .toArray());
    }
}
