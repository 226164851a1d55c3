package dev.baton.runtime;

import dev.baton.BackendException;
import dev.baton.Precision;
import dev.baton.program.Program;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;
import dev.baton.spi.DeviceBuffer;
import dev.baton.spi.Membership;
import dev.baton.spi.Plan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What a session holds outside of the Java heap: an open backend, its memory and its plans. It knows nothing of the
 * session, so that it can be closed where that was forgotten. Used by one thread at a time, save for {@link #abandon}.
 */
final class Device {

    private final Backend backend;
    private final DeviceBuffer variables;
    private final DeviceBuffer workspace;
    private final boolean isLane;
    private final List<Device> lanes = new ArrayList<>();
    private final Set<Plan> plans = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Queue<Plan> abandoned = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;
    /** What was started and may still be running; null where nothing was. */
    private StartedRun started;

    private Device(Backend backend) {
        this.backend = backend;
        this.variables = backend.allocate();
        this.workspace = backend.allocate();
        this.isLane = false;
    }

    /** A lane of a device, with its variables. */
    private Device(Backend lane, DeviceBuffer variables) {
        this.backend = lane;
        this.variables = variables;
        this.workspace = lane.allocate();
        this.isLane = true;
    }

    /**
     * Opens devices that train together, or one alone.
     *
     * @throws BackendException if there are not so many, or their products cannot read their factors so
     */
    static List<Device> open(BackendProvider provider, int count, Precision precision) {
        if (count < 1) {
            throw new BackendException("a session has at least one device, not " + count);
        }
        return open(provider, count == 1 ? List.of(provider.open()) : provider.openTogether(count), precision);
    }

    /**
     * Opens one that trains together with others, which are opened by themselves.
     *
     * @throws BackendException if it cannot, or its products cannot read their factors so
     */
    static List<Device> openMember(BackendProvider provider, Membership membership, Precision precision) {
        return open(provider, List.of(provider.openMember(membership)), precision);
    }

    private static List<Device> open(BackendProvider provider, List<Backend> backends, Precision precision) {
        var devices = new ArrayList<Device>();
        try {
            Availability offered = backends.get(0).offers(precision);
            if (!offered.available()) {
                throw new BackendException("the backend '" + provider.name() + "' has no products of " + precision
                        + ": " + offered.reason() + "; open the session with Precision.FLOAT32");
            }
            for (Backend backend : backends) {
                devices.add(new Device(backend));
            }
            return devices;
        } catch (RuntimeException | Error e) {
            devices.forEach(Device::close);
            backends.subList(devices.size(), backends.size()).forEach(Backend::close);
            throw e;
        }
    }

    /** Lanes that are closed with this; none where there are none. */
    List<Device> openLanes() {
        List<Backend> backends = backend.openLanes();
        var opened = new ArrayList<Device>();
        try {
            for (Backend lane : backends) {
                opened.add(new Device(lane, variables));
            }
        } catch (RuntimeException | Error e) {
            opened.forEach(Device::close);
            backends.subList(opened.size(), backends.size()).forEach(Backend::close);
            throw e;
        }
        lanes.addAll(opened);
        return opened;
    }

    Backend backend() {
        return backend;
    }

    /** Where the variables live. */
    DeviceBuffer variables() {
        return variables;
    }

    /** What is left for programs. */
    Room room() {
        return new Room(backend.device(), backend.freeMemory(), workspace.bytes());
    }

    /** A plan that lives as long as this, unless it is closed before. */
    Plan compile(Program program) {
        Plan plan = backend.compile(program, variables, workspace);
        plans.add(plan);
        return plan;
    }

    /** Takes note of a run that may go on by itself. */
    void started(StartedRun run) {
        started = run;
    }

    boolean isStarted(StartedRun run) {
        return started == run;
    }

    /** Waits for what was started. */
    void settle() {
        if (started != null) {
            StartedRun running = started;
            started = null;
            running.settle();
        }
    }

    /** Closes a plan; does nothing where that has been done. */
    void close(Plan plan) {
        if (plans.remove(plan)) {
            plan.close();
        }
    }

    /** Leaves a plan that nobody uses any more to the thread that uses this; says whether it still held anything. */
    boolean abandon(Plan plan) {
        abandoned.add(plan);
        return !closed;
    }

    /** Closes the plans that were left to this. */
    void closeAbandoned() {
        for (Plan plan = abandoned.poll(); plan != null; plan = abandoned.poll()) {
            close(plan);
        }
    }

    /** Says that there was something to close. */
    boolean close() {
        closed = true;
        lanes.forEach(Device::close);
        lanes.clear();
        // A plan may hold what belongs to its backend: none outlives it, whatever the user closes first.
        plans.forEach(Plan::close);
        plans.clear();
        workspace.close();
        if (!isLane) {
            variables.close();
        }
        backend.close();
        return true;
    }
}
