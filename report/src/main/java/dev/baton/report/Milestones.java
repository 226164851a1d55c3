package dev.baton.report;

import java.util.ArrayList;
import java.util.List;

/** Of many things in a row the first, the last, and some at equal distances in between. */
final class Milestones<T> {

    private final int most;
    private final List<T> kept = new ArrayList<>();
    private long every = 1;
    private long added;
    private T last;

    /**
     * @param most how many are kept, the last one not counted; at least 2
     */
    Milestones(int most) {
        this.most = most;
    }

    void add(T thing) {
        last = thing;
        if (added % every == 0) {
            if (kept.size() == most) {
                for (int i = kept.size() - 1; i > 0; i--) {
                    if (i % 2 == 1) {
                        kept.remove(i);
                    }
                }
                every *= 2;
            }
            if (added % every == 0) {
                kept.add(thing);
            }
        }
        added++;
    }

    List<T> all() {
        var all = new ArrayList<>(kept);
        if (!kept.isEmpty() && kept.get(kept.size() - 1) != last) {
            all.add(last);
        }
        return all;
    }
}
