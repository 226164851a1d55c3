package dev.baton.runtime;

import dev.baton.BackendException;
import dev.baton.NDArray;
import dev.baton.StateException;
import dev.baton.program.Program;
import dev.baton.spi.Plan;
import java.lang.System.Logger.Level;
import java.lang.ref.Reference;

/**
 * A backend's plan and the session whose memory it works on. Nobody can reach a session that is garbage: while a plan
 * runs, its session must not be.
 */
final class SessionPlan implements Plan {

    private final Session session;
    private final Plan plan;
    private final Program.Memory memory;
    private final StartedRun started;
    private boolean prefetches = true;
    private boolean closed;

    SessionPlan(Session session, Plan plan, Program.Memory memory) {
        this.session = session;
        this.plan = plan;
        this.memory = memory;
        this.started = new StartedRun(plan);
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
        started.clear();
        plan.run(inputs);
        Reference.reachabilityFence(session);
    }

    @Override
    public void start(NDArray[] inputs) {
        requireUse();
        started.start(inputs);
        session.started(started);
        Reference.reachabilityFence(session);
    }

    @Override
    public boolean isRunning() {
        boolean running = session.isStarted(started) && plan.isRunning();
        Reference.reachabilityFence(session);
        return running;
    }

    /** Does nothing where the run that was started has been waited for; where it cannot be done, runs go on without. */
    @Override
    public void prefetch(NDArray[] next) {
        if (prefetches && session.isStarted(started)) {
            try {
                plan.prefetch(next);
            } catch (BackendException e) {
                prefetches = false;
                System.getLogger(SessionPlan.class.getName())
                        .log(
                                Level.WARNING,
                                "inputs are no longer brought to the device while it computes, and steps take longer: {0}",
                                e.getMessage());
            }
        }
        Reference.reachabilityFence(session);
    }

    @Override
    public void finish() {
        requireUse();
        started.report();
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
