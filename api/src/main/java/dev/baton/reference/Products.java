package dev.baton.reference;

import dev.baton.Shape;
import dev.baton.graph.Attributes;

/** Matrix products, one stack element after the other. */
final class Products {

    private Products() {}

    static double[] matmul(double[] a, Shape shapeA, double[] b, Shape shapeB, Attributes attributes) {
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
}
