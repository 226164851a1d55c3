package dev.baton.nn;

/** Vectors of length 1 at right angles to each other. */
final class Orthonormal {

    private Orthonormal() {}

    /**
     * Makes vectors orthonormal by Gram and Schmidt's process, each vector going through it twice: once is not enough
     * where what is left of it is short, twice always is (Giraud et al. 2005).
     *
     * @param vectors independent; not more than each has elements
     */
    static void make(double[][] vectors) {
        for (int i = 0; i < vectors.length; i++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < i; j++) {
                    addTo(vectors[i], -dot(vectors[i], vectors[j]), vectors[j]);
                }
            }
            double length = Math.sqrt(dot(vectors[i], vectors[i]));
            for (int k = 0; k < vectors[i].length; k++) {
                vectors[i][k] /= length;
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void addTo(double[] target, double factor, double[] vector) {
        for (int i = 0; i < target.length; i++) {
            target[i] += factor * vector[i];
        }
    }
}
