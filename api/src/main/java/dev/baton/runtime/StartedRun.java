package dev.baton.runtime;

import dev.baton.NDArray;
import dev.baton.spi.Plan;

/** A run of a plan that may go on by itself, and how it went. It knows nothing of the session, as {@link Device} does not. */
final class StartedRun {

    private final Plan plan;
    private RuntimeException failure;

    StartedRun(Plan plan) {
        this.plan = plan;
    }

    void start(NDArray[] inputs) {
        clear();
        plan.start(inputs);
    }

    /** Waits for it, for whoever uses the session next; {@link #report} tells how it went. */
    void settle() {
        try {
            plan.finish();
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** Fails where the run that is over has; once. */
    void report() {
        RuntimeException e = failure;
        clear();
        if (e != null) {
            throw e;
        }
    }

    /** Forgets how it went. */
    void clear() {
        failure = null;
    }
}
