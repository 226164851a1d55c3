package dev.baton.metrics;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The area under the curve of true against false positives: the chance that a record of class 1 has a higher score than
 * one of class 0, where equal scores count half. Keeps all scores until it is asked.
 */
final class AreaUnderCurve implements Metric.Meter {

    private static final String NAME = "AUC";

    private record Scored(double score, boolean positive) {}

    private final List<Scored> all = new ArrayList<>();
    private boolean incomparable;

    @Override
    public void add(NDArray answers, NDArray targets) {
        int count = (int) targets.size();
        boolean column = targets.shape().rank() == 1;
        boolean pairs =
                column && targets.dtype() == DType.INT32 && answers.shape().equals(Shape.of(count, 2));
        boolean scores = answers.shape().equals(targets.shape())
                || (column && answers.shape().equals(Shape.of(count, 1)));
        if (!pairs && !scores) {
            throw new ShapeException(NAME + ": takes scores [N] or [N, 1], or answers [N, 2], and as many targets, not "
                    + answers.dtype() + answers.shape() + " and " + targets.dtype() + targets.shape());
        }
        for (int i = 0; i < count; i++) {
            double target = targets.get(i);
            if (target != 0 && target != 1) {
                throw new DataException(NAME + ": record " + i + " of the batch has target " + target
                        + "; there are two classes, 0 and 1");
            }
            double score = pairs ? answers.get(2 * i + 1) - answers.get(2 * i) : answers.get(i);
            incomparable |= Double.isNaN(score);
            all.add(new Scored(score, target == 1));
        }
    }

    @Override
    public double value() {
        long positives = all.stream().filter(Scored::positive).count();
        long negatives = all.size() - positives;
        if (incomparable || positives == 0 || negatives == 0) {
            return Double.NaN;
        }
        List<Scored> sorted =
                all.stream().sorted(Comparator.comparingDouble(Scored::score)).toList();
        // The sum of the positives' ranks; equal scores share the mean of theirs (Mann and Whitney 1947).
        double ranks = 0;
        for (int from = 0; from < sorted.size(); ) {
            int to = from;
            long among = 0;
            // -0.0 and 0.0 are sorted apart and equal all the same.
            while (to < sorted.size()
                    && sorted.get(to).score() == sorted.get(from).score()) {
                among += sorted.get(to).positive() ? 1 : 0;
                to++;
            }
            ranks += among * (from + 1 + to) / 2.0;
            from = to;
        }
        return (ranks - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
    }
}
