package org.example.plain;

import dev.baton.composite.AllFinite;
import dev.baton.conformance.BackendConformance;
import dev.baton.conformance.Case;
import dev.baton.conformance.SkipReason;

/** Every case of the suite, but those of composites that are not claimed. */
class PlainConformanceTest extends BackendConformance {

    @Override
    protected String backend() {
        return "plain";
    }

    /** What is claimed may not be skipped: a condition in {@code supports} that is too narrow would pass unnoticed. */
    @Override
    protected boolean maySkip(Case tried, SkipReason reason) {
        return reason == SkipReason.NO_BFLOAT16
                || reason == SkipReason.NOT_CLAIMED && tried.subject() != AllFinite.INSTANCE;
    }
}
