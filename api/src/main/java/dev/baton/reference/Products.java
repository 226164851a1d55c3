package dev.baton.reference;

import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Primitive;
import java.util.Arrays;

/** Matrix products, one stack element after the other. */
final class Products {

    private Products() {}

    static double[] matmul(double[] a, Shape shapeA, double[] b, Shape shapeB, Attributes attributes) {
        if (attributes.flag(Primitive.BFLOAT16)) {
            a = Arrays.stream(a).map(Products::bfloat16).toArray();
            b = Arrays.stream(b).map(Products::bfloat16).toArray();
        }
        boolean transposeA = attributes.flag("transposeA");
        boolean transposeB = attributes.flag("transposeB");
        int m = (int) shapeA.size(transposeA ? -1 : -2);
        int k = (int) shapeA.size(transposeA ? -2 : -1);
        int n = (int) shapeB.size(transposeB ? -2 : -1);
        int stack = 1;
        for (int axis = 0; axis < shapeA.rank() - 2; axis++) {
            stack *= (int) shapeA.size(axis);
        }
        var result = new double[stack * m * n];
        for (int s = 0; s < stack; s++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        double left = a[s * m * k + (transposeA ? p * m + i : i * k + p)];
                        double right = b[s * k * n + (transposeB ? j * k + p : p * n + j)];
                        sum += left * right;
                    }
                    result[(s * m + i) * n + j] = sum;
                }
            }
        }
        return result;
    }

    /** The upper half of the nearest float32, rounded to even; below the normal numbers 0. */
    private static double bfloat16(double value) {
        if (Double.isNaN(value) || Math.abs(value) < Float.MIN_NORMAL) {
            return Double.isNaN(value) ? value : 0;
        }
        int bits = Float.floatToRawIntBits((float) value);
        int even = bits >>> 16 & 1;
        return Float.intBitsToFloat(bits + 0x7fff + even & 0xffff_0000);
    }
}
