package dev.baton.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What nobody thought of: graphs drawn at random, the same ones at every run. */
final class RandomGraphCases {

    /** How many inputs a graph has at most. */
    static final int MOST_INPUTS = 8;

    private static final String GROUP = "random graphs";
    private static final int GRAPHS = 200;

    private RandomGraphCases() {}

    static List<Case> cases() {
        Map<String, Fill> fills = new LinkedHashMap<>();
        for (int i = 0; i < MOST_INPUTS; i++) {
            fills.put(RandomGraph.input(i), Fill.NORMAL);
        }
        var cases = new ArrayList<Case>();
        for (int i = 0; i < GRAPHS; i++) {
            long seed = i;
            // A few beyond what one thread takes at a time; most are small, because the analysis is slow.
            long most = i % 20 == 0 ? 12_000 : 600;
            boolean assigns = i % 3 == 0;
            boolean learns = i % 3 == 1;
            String what = assigns ? ", variables" : learns ? ", gradients" : "";
            cases.add(new Case(
                    GROUP,
                    "seed " + seed + what,
                    null,
                    () -> RandomGraph.of(seed, most, assigns, learns),
                    fills,
                    assigns ? 3 : 1,
                    Tolerance.ANALYSED));
        }
        return cases;
    }
}
