package dev.baton.train;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How large the gradients of the last few steps were, to be told with a step that is not finite. */
final class RecentNorms {

    private static final int REMEMBERED = 5;

    private final float[] norms = new float[REMEMBERED];
    private int count;

    void add(float norm) {
        norms[count++ % REMEMBERED] = norm;
    }

    /** The steps that come are not those after the last one. */
    void clear() {
        count = 0;
    }

    /** Those of the steps before this one, the latest last, in words; empty where there were none. */
    String before(long step) {
        int known = Math.min(count, REMEMBERED);
        if (known == 0) {
            return "";
        }
        String steps = known == 1 ? "step " + (step - 1) : "steps " + (step - known) + " to " + (step - 1);
        return IntStream.range(count - known, count)
                .mapToObj(i -> String.format(Locale.ROOT, "%.3g", norms[i % REMEMBERED]))
                .collect(Collectors.joining(", ", "\n  norms of the gradients before it: ", " (" + steps + ")"));
    }
}
