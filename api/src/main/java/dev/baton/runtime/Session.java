package dev.baton.runtime;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.StateException;
import dev.baton.compiler.Compiler;
import dev.baton.graph.Graph;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.program.Program;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;
import dev.baton.spi.DeviceBuffer;
import dev.baton.spi.Plan;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A device and the named variables that live on it. Programs of one session share the variables and never run at the
 * same time; a session belongs to the thread that opened it, until that thread {@linkplain #release releases} it.
 */
public final class Session implements AutoCloseable {

    /** Variables start at multiples of this, so that kernels read whole cache lines. */
    private static final long ALIGNMENT = 64;

    private final String backendName;
    private final Backend backend;
    private final long seed;
    private final DeviceBuffer variableMemory;
    private final DeviceBuffer workspace;
    private final Map<String, Slot> variables = new LinkedHashMap<>();
    private final Set<Plan> plans = Collections.newSetFromMap(new IdentityHashMap<>());
    private final AtomicReference<Thread> owner = new AtomicReference<>(Thread.currentThread());
    private long used;
    private boolean closed;

    private record Slot(TensorType type, long offset, Object initial) {}

    private Session(BackendProvider provider, long seed) {
        this.backendName = provider.name();
        this.backend = provider.open();
        this.seed = seed;
        this.variableMemory = backend.allocate();
        this.workspace = backend.allocate();
    }

    /** A session on the best available backend. */
    public static Session open() {
        return open(null, 0);
    }

    /** A session on the backend of this name. */
    public static Session open(String backend) {
        return open(backend, 0);
    }

    /**
     * A session.
     *
     * @param backend its name; null for the best one available
     * @param seed of everything random: first weights, dropout
     * @throws dev.baton.BackendException if there is no such backend, or it is not available
     */
    public static Session open(String backend, long seed) {
        return new Session(Backends.choose(backend), seed);
    }

    /** The device in words. */
    public String device() {
        return backend.device();
    }

    /** The name of the backend, which {@link #open(String)} takes. */
    public String backend() {
        return backendName;
    }

    /** The seed of everything random. */
    public long seed() {
        return seed;
    }

    /** The names of all variables, in the order in which programs came to use them. */
    public List<String> variables() {
        return List.copyOf(variables.keySet());
    }

    /** A copy of a variable's value. */
    public NDArray value(String variable) {
        Slot slot = slot(variable);
        NDArray array = NDArray.zeros(slot.type().dtype(), slot.type().shape());
        variableMemory.download(slot.offset(), array.bytes());
        return array;
    }

    /**
     * Sets a variable.
     *
     * @throws BatonException if there is no such variable, or the type differs
     */
    public void set(String variable, NDArray value) {
        Slot slot = slot(variable);
        var type = new TensorType(value.dtype(), value.shape());
        if (!slot.type().equals(type)) {
            throw new BatonException("variable '" + variable + "' is " + slot.type() + ", not " + type);
        }
        variableMemory.upload(slot.offset(), value.bytes());
    }

    private Slot slot(String variable) {
        checkUse();
        Slot slot = variables.get(variable);
        if (slot == null) {
            throw new BatonException("there is no variable '" + variable + "'; there are " + variables.keySet());
        }
        return slot;
    }

    /** Makes a graph ready to run with the given sizes of its symbols; its variables come into being. */
    public Plan compile(Graph graph, Map<String, Long> sizes) {
        checkUse();
        addVariables(graph);
        var offsets = new LinkedHashMap<String, Long>();
        graph.variables()
                .keySet()
                .forEach(name -> offsets.put(name, variables.get(name).offset()));
        Program program = Compiler.compile(graph, sizes, offsets, backend);
        Plan plan = backend.compile(program, variableMemory, workspace);
        plans.add(plan);
        return plan;
    }

    /** Closes a plan of this session; does nothing where the session is closed, which has closed its plans. */
    public void discard(Plan plan) {
        if (plans.remove(plan)) {
            plan.close();
        }
    }

    /** Gives every variable of a graph that is new to this session its place and its first value. */
    public void addVariables(Graph graph) {
        graph.variables().forEach((name, value) -> {
            Object initial = graph.initial(name);
            Slot known = variables.get(name);
            if (known == null) {
                add(name, value, graph);
            } else if (!known.type().equals(value.type())) {
                throw new BatonException("two models of this session have a parameter '" + name + "', of "
                        + known.type() + " and of " + value.type() + ": tell them apart with named(\"...\")");
            } else if (!name.startsWith("optimizer/") && known.initial() != initial) {
                throw new BatonException("two models of this session have a parameter '" + name
                        + "': tell them apart with named(\"...\")");
            }
        });
    }

    private void add(String name, Value value, Graph graph) {
        long offset = used;
        used += (value.type().bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        variableMemory.grow(used);
        variables.put(name, new Slot(value.type(), offset, graph.initial(name)));
        variableMemory.upload(offset, graph.initial(name).initialValue(seed).bytes());
    }

    /**
     * Fails where this session cannot be used.
     *
     * @throws StateException if it is closed, or belongs to another thread
     */
    public void checkUse() {
        if (closed) {
            throw new StateException("the session is closed");
        }
        Thread user = Thread.currentThread();
        if (owner.get() != user && !owner.compareAndSet(null, user)) {
            Thread other = owner.get();
            throw new StateException("the session belongs to thread '" + (other == null ? "?" : other.getName())
                    + "' and was used by '" + user.getName() + "': open one session for each thread");
        }
    }

    /**
     * Lets the session go: it belongs to the next thread that uses it. What that thread sees of this one's work is for
     * the caller to order, with a lock or a queue.
     *
     * @throws StateException if it is closed, or belongs to another thread
     */
    public void release() {
        checkUse();
        owner.set(null);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            // A plan may hold what belongs to its backend: none outlives it, whatever the user closes first.
            plans.forEach(Plan::close);
            plans.clear();
            workspace.close();
            variableMemory.close();
            backend.close();
        }
    }
}
