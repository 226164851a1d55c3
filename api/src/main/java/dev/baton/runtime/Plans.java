package dev.baton.runtime;

import dev.baton.graph.Graph;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;

/** The plans of one graph on one session, a plan for each size of batch; the least recently used ones are dropped. */
final class Plans {

    private static final int KEPT = 8;

    private final Session session;
    private final String name;
    private final Graph graph;
    private final Map<Long, SessionPlan> plans;
    private long currentBatch = -1;
    private SessionPlan current;

    /**
     * @param name what the log calls the graph, such as {@code training step}
     * @param plans where they are kept; whoever frees them must not know this
     */
    Plans(Session session, String name, Graph graph, Map<Long, SessionPlan> plans) {
        this.session = session;
        this.name = name;
        this.graph = graph;
        this.plans = plans;
    }

    /** What {@link Plans} is to keep its plans in. */
    static Map<Long, SessionPlan> room() {
        return new LinkedHashMap<>(16, 0.75f, true);
    }

    SessionPlan of(long batch) {
        SessionPlan plan = plans.get(batch);
        if (plan == null) {
            if (!plans.isEmpty()) {
                log("compiling the {0} for batches of {1}: none of this size yet", batch);
            }
            plan = session.plan(graph, Map.of(Executable.BATCH, batch));
            plans.put(batch, plan);
            if (plans.size() > KEPT) {
                // What runs again and again is never asked for here.
                long oldest = plans.keySet().stream()
                        .filter(size -> size != currentBatch && size != batch)
                        .findFirst()
                        .orElseThrow();
                log("dropping the {0} for batches of {1}", oldest);
                plans.remove(oldest).close();
            }
        }
        return plan;
    }

    /** Asks for a logger only where there is something to say, as {@link Opened} does. */
    private void log(String message, long batch) {
        System.getLogger(Plans.class.getName()).log(Level.DEBUG, message, name, batch);
    }

    /** Makes the plan for this size the one that runs. */
    SessionPlan use(long batch) {
        if (batch != currentBatch) {
            current = of(batch);
            currentBatch = batch;
        }
        return current;
    }

    /** The plan that ran last; null where none has. */
    SessionPlan current() {
        return current;
    }

    /** The size of the batch that ran last; -1 where none has. */
    long currentBatch() {
        return currentBatch;
    }

    void close() {
        plans.values().forEach(SessionPlan::close);
        plans.clear();
    }
}
