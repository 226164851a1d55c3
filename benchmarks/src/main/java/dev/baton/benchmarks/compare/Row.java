package dev.baton.benchmarks.compare;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A row of the table: one number of each framework and what Baton's must be.
 *
 * @param better whether more or less is better
 * @param judged whether the ratio to the best peer has to reach something, or the value by itself
 * @param aim null where there is none beyond {@code must}
 * @param work null where no physical floor is known
 */
record Row(
        String title,
        String unit,
        String workload,
        Better better,
        Judged judged,
        double must,
        Double aim,
        Value value,
        Work work) {

    /** The framework that is judged. */
    static final String BATON = "baton";

    enum Better {
        MORE,
        LESS;

        boolean than(double value, double other) {
            return this == MORE ? value > other : value < other;
        }
    }

    enum Judged {
        RATIO,
        VALUE
    }

    /** Finds a framework's number; none where it was not measured. */
    @FunctionalInterface
    interface Value {
        OptionalDouble of(Measurements measurements, String framework);
    }

    /**
     * Fills in the row.
     *
     * @param ceilings null where they were not measured
     */
    Judgement judge(Measurements measurements, List<String> peers, Ceilings ceilings) {
        Double baton = valueOf(measurements, BATON);
        String best = null;
        Double bestValue = null;
        for (String peer : peers) {
            Double candidate = valueOf(measurements, peer);
            if (candidate != null && (best == null || better.than(candidate, bestValue))) {
                best = peer;
                bestValue = candidate;
            }
        }
        Double ratio = baton == null || bestValue == null ? null : Double.valueOf(baton / bestValue);
        Double result = judged == Judged.RATIO ? ratio : baton;
        return new Judgement(
                title,
                unit,
                baton,
                best,
                bestValue,
                ratio,
                inWords(must),
                reaches(result, must),
                aim == null ? null : inWords(aim),
                aim == null ? null : reaches(result, aim),
                shareOfFloor(baton, ceilings),
                shareOfFloor(bestValue, ceilings));
    }

    private Double valueOf(Measurements measurements, String framework) {
        OptionalDouble found = value.of(measurements, framework);
        return found.isPresent() ? found.getAsDouble() : null;
    }

    private Boolean reaches(Double result, double wanted) {
        return result == null ? null : result == wanted || better.than(result, wanted);
    }

    private String inWords(double wanted) {
        return (better == Better.MORE ? ">= " : "<= ") + Numbers.inWords(wanted) + (judged == Judged.RATIO ? "x" : "");
    }

    private Double shareOfFloor(Double measured, Ceilings ceilings) {
        if (measured == null || work == null || ceilings == null) {
            return null;
        }
        double seconds = better == Better.MORE ? work.units() / measured : measured * 1e-6;
        return ceilings.seconds(work) / seconds;
    }
}
