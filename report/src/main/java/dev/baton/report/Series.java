package dev.baton.report;

import java.util.Arrays;

/**
 * A curve of bounded size: where it has too many points, every two neighbours become one with their mean, and later ones
 * are made of twice as many values.
 */
final class Series {

    static final int MOST = 1000;

    private final double[] x = new double[MOST];
    private final double[] y = new double[MOST];
    private int size;
    private long together = 1;
    private double sumX;
    private double sumY;
    private long pending;

    void add(double atX, double value) {
        sumX += atX;
        sumY += value;
        pending++;
        if (pending == together) {
            if (size == MOST) {
                halve();
                return;
            }
            x[size] = sumX / pending;
            y[size] = sumY / pending;
            size++;
            sumX = 0;
            sumY = 0;
            pending = 0;
        }
    }

    private void halve() {
        size /= 2;
        for (int i = 0; i < size; i++) {
            x[i] = (x[2 * i] + x[2 * i + 1]) / 2;
            y[i] = (y[2 * i] + y[2 * i + 1]) / 2;
        }
        together *= 2;
    }

    /** The points so far; the last one may be of fewer values. A value that is not finite makes its point so. */
    Curve curve() {
        int points = pending == 0 ? size : size + 1;
        double[] allX = Arrays.copyOf(x, points);
        double[] allY = Arrays.copyOf(y, points);
        if (pending > 0) {
            allX[size] = sumX / pending;
            allY[size] = sumY / pending;
        }
        return new Curve(allX, allY);
    }

    /** Points of a curve, for the page. */
    record Curve(double[] x, double[] y) {}
}
