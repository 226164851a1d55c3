package dev.baton.spark;

import dev.baton.distributed.Shard;
import dev.baton.distributed.WorkerStep;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;

/**
 * What one run computes with on this worker: a session for each task that runs at a time, kept from step to step, because
 * opening one and compiling take longer than a step. Belongs to the process of the executor, and ends with it at last.
 */
final class WorkerSessions {

    private static final Map<String, WorkerSessions> RUNS = new ConcurrentHashMap<>();

    private final Deque<Slot> idle = new ArrayDeque<>();
    private boolean closed;

    private WorkerSessions() {}

    /** A session, and the examples that were learnt from with it last, whose order is kept for an epoch. */
    static final class Slot {

        private final WorkerStep step;
        private ExampleBlock block;
        private Shard shard;

        private Slot(WorkerStep step) {
            this.step = step;
        }

        WorkerStep step() {
            return step;
        }

        Shard shard(ExampleBlock wanted, Supplier<Shard> make) {
            if (block != wanted) {
                shard = make.get();
                block = wanted;
            }
            return shard;
        }
    }

    static WorkerSessions of(String run) {
        return RUNS.computeIfAbsent(run, unused -> new WorkerSessions());
    }

    /** Ends those of a run; what a task still uses is closed when it is given back. Whether there were any. */
    static boolean close(String run) {
        WorkerSessions sessions = RUNS.remove(run);
        if (sessions != null) {
            sessions.close();
        }
        return sessions != null;
    }

    private synchronized void close() {
        closed = true;
        idle.forEach(slot -> slot.step.close());
        idle.clear();
    }

    /**
     * A session that nobody uses: the one that learnt from these examples last, where that is free.
     *
     * @param wanted the examples; null for none
     * @param open makes one where there is none; it computes with as many threads as the task has cores
     */
    Slot take(ExampleBlock wanted, Supplier<WorkerStep> open) {
        Slot slot = idle(wanted);
        return slot == null ? new Slot(Threads.during(TaskContext.get().cpus(), open)) : slot;
    }

    private synchronized Slot idle(ExampleBlock wanted) {
        for (Slot slot : idle) {
            if (slot.block == wanted) {
                idle.remove(slot);
                return slot;
            }
        }
        return idle.pollLast();
    }

    synchronized void giveBack(Slot slot) {
        if (closed) {
            slot.step.close();
        } else {
            idle.addLast(slot);
        }
    }
}
