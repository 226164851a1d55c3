package dev.baton.conformance;

import dev.baton.composite.Gru;
import dev.baton.composite.Lstm;
import dev.baton.composite.Recurrence;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import java.util.ArrayList;
import java.util.List;

/** Recurrences over whole sequences, in both directions, and their gradients: each whole, and as its definition. */
final class RecurrentCases {

    private static final String GROUP = "recurrences";

    /** Sequences, steps, hidden units: single ones, odd ones, no sequence at all, and more units than fit into a tile. */
    private static final long[][] SIZES = {
        {1, 1, 1}, {3, 4, 5}, {2, 1, 7}, {1, 6, 17}, {0, 2, 3}, {2, 5, 64}, {17, 3, 67}, {9, 2, 131}
    };

    /** Small enough that errors do not grow from step to step. */
    private static final Fill WEIGHTS = Fill.between(-0.3, 0.3);

    private static final Fill GATES = Fill.between(0.05, 0.95);

    private static final Tolerance TOLERANCE = Tolerance.ofLargest(4e-6);

    private RecurrentCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (long[] size : SIZES) {
            for (boolean reverse : new boolean[] {false, true}) {
                lstm(cases, size[0], size[1], size[2], Recurrence.direction(reverse));
                gru(cases, size[0], size[1], size[2], Recurrence.direction(reverse));
            }
        }
        // Gates that are all but open or shut.
        cases.add(Case.of(
                GROUP,
                Lstm.FORWARD,
                Recurrence.direction(false),
                Tolerance.ofLargest(4e-6),
                Shapes.floats(Fill.between(-60, 60), 2, 7, 12),
                Shapes.floats(2, 3),
                Shapes.floats(2, 3),
                Shapes.floats(WEIGHTS, 3, 12)));
        return cases;
    }

    private static void lstm(List<Case> cases, long n, long t, long h, Attributes direction) {
        Argument state = Shapes.floats(n, h);
        Argument weights = Shapes.floats(WEIGHTS, h, 4 * h);
        Argument gradient = Shapes.floats(n, t, h);
        Argument gates = Shapes.floats(GATES, n, t, 4 * h);
        both(cases, Lstm.FORWARD, direction, Shapes.floats(n, t, 4 * h), state, state, weights);
        both(cases, Lstm.BACKWARD, direction, gates, gradient, state, weights, gradient);
        both(cases, Lstm.BACKWARD, direction, gates, gradient, state, weights, gradient, gradient);
    }

    private static void gru(List<Case> cases, long n, long t, long h, Attributes direction) {
        Argument weights = Shapes.floats(WEIGHTS, h, 3 * h);
        Argument gradient = Shapes.floats(n, t, h);
        Argument projected = Shapes.floats(n, t, 3 * h);
        both(cases, Gru.FORWARD, direction, projected, Shapes.floats(n, h), weights, Shapes.floats(3 * h));
        both(cases, Gru.BACKWARD, direction, Shapes.floats(GATES, n, t, 4 * h), gradient, weights, gradient);
    }

    private static void both(List<Case> cases, Recurrence recurrence, Attributes direction, Argument... arguments) {
        CompositeCases.both(cases, GROUP, recurrence, direction, TOLERANCE, arguments);
    }
}
