package dev.baton.runtime;

import dev.baton.NDArray;
import dev.baton.program.Program;
import dev.baton.spi.Plan;
import java.lang.ref.Reference;

/**
 * A backend's plan and the session whose memory it works on. Nobody can reach a session that is garbage: while a plan
 * runs, its session must not be.
 *
 * @param memory what one run needs
 */
record SessionPlan(Session session, Plan plan, Program.Memory memory) implements Plan {

    @Override
    public void run(NDArray[] inputs) {
        plan.run(inputs);
        Reference.reachabilityFence(session);
    }

    @Override
    public void read(int output, NDArray target) {
        plan.read(output, target);
        Reference.reachabilityFence(session);
    }

    @Override
    public String explain() {
        return plan.explain();
    }

    /** Does nothing where the session is closed, which has closed its plans. */
    @Override
    public void close() {
        session.discard(plan);
    }
}
