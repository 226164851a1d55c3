package dev.baton.runtime;

import dev.baton.NDArray;
import dev.baton.StateException;
import dev.baton.program.Program;
import dev.baton.spi.Plan;
import java.lang.ref.Reference;

/**
 * A backend's plan and the session whose memory it works on. Nobody can reach a session that is garbage: while a plan
 * runs, its session must not be.
 */
final class SessionPlan implements Plan {

    private final Session session;
    private final Plan plan;
    private final Program.Memory memory;
    private boolean closed;
    /** Of the run that was started and is over. */
    private RuntimeException failure;

    SessionPlan(Session session, Plan plan, Program.Memory memory) {
        this.session = session;
        this.plan = plan;
        this.memory = memory;
    }

    /** What one run needs. */
    Program.Memory memory() {
        return memory;
    }

    /** Leaves the backend's plan to the session, from any thread; says whether it still held anything. */
    boolean abandon() {
        return session.abandon(plan);
    }

    @Override
    public void run(NDArray[] inputs) {
        requireUse();
        plan.run(inputs);
        Reference.reachabilityFence(session);
    }

    @Override
    public void start(NDArray[] inputs) {
        requireUse();
        failure = null;
        plan.start(inputs);
        session.started(this);
    }

    @Override
    public boolean isRunning() {
        return session.isStarted(this) && plan.isRunning();
    }

    /** Does nothing where the run that was started has been waited for. */
    @Override
    public void prefetch(NDArray[] next) {
        if (session.isStarted(this)) {
            plan.prefetch(next);
        }
    }

    @Override
    public void finish() {
        requireUse();
        if (failure != null) {
            throw failure;
        }
    }

    /** Waits for what was started, for whoever uses the session next; {@link #finish} tells how it went. */
    void settle() {
        try {
            plan.finish();
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    @Override
    public void read(int output, NDArray target) {
        requireUse();
        plan.read(output, target);
        Reference.reachabilityFence(session);
    }

    @Override
    public String explain() {
        requireUse();
        return plan.explain();
    }

    private void requireUse() {
        session.checkUse();
        if (closed) {
            throw new StateException("the plan is closed");
        }
    }

    /** Does nothing where the session is closed, which has closed its plans. */
    @Override
    public void close() {
        session.discard(plan);
        closed = true;
    }
}
