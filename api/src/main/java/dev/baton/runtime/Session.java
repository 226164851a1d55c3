package dev.baton.runtime;

import dev.baton.BackendException;
import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.StateException;
import dev.baton.compiler.Compiler;
import dev.baton.compiler.Preparation;
import dev.baton.composite.AllReduce;
import dev.baton.graph.Decoding;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Initial;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.program.Program;
import dev.baton.spi.Backend;
import dev.baton.spi.Plan;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * A device and the named variables that live on it. Programs of one session share the variables and never run at the
 * same time; a session belongs to the thread that opened it, until that thread {@linkplain #release releases} it.
 */
public final class Session implements AutoCloseable {

    /** Variables start at multiples of this, so that kernels read whole cache lines. */
    private static final long ALIGNMENT = 64;

    private final String backend;
    private final String deviceInWords;
    private final long seed;
    private final Precision precision;
    private final Device device;
    private final Opened opened;
    private final Cleaner.Cleanable memory;
    private final Map<String, Slot> variables;
    private final AtomicReference<Thread> owner = new AtomicReference<>(Thread.currentThread());
    private final Devices devices;
    /** What this is a lane of, and must not be garbage before this is; null where it is none. */
    private final Session whole;

    private long used;

    private record Slot(TensorType type, long offset, Object initial) {}

    /**
     * @param device of this session, and then those that train together with it
     */
    Session(String backend, List<Device> device, long seed, Precision precision, Opened opened) {
        this.backend = backend;
        this.device = device.get(0);
        this.seed = seed;
        this.precision = precision;
        this.opened = opened;
        this.variables = new LinkedHashMap<>();
        this.whole = null;
        this.memory = opened.holds(this, this.device::close);
        var others = new ArrayList<Session>();
        for (Device other : device.subList(1, device.size())) {
            var session = new Session(backend, List.of(other), seed, precision, opened);
            session.release();
            others.add(session);
        }
        this.devices = new Devices(this, others);
        String one = this.device.backend().device();
        this.deviceInWords = others.isEmpty() ? one : one + ", the first of " + device.size() + " devices";
    }

    /** A lane of a session, with the variables that it has now; belongs to nobody yet, and is closed with it. */
    private Session(Session whole, Device lane) {
        this.backend = whole.backend;
        this.device = lane;
        this.seed = whole.seed;
        this.precision = whole.precision;
        this.opened = whole.opened;
        this.memory = whole.memory;
        this.variables = Map.copyOf(whole.variables);
        this.used = whole.used;
        this.whole = whole;
        this.owner.set(null);
        this.devices = new Devices(this, List.of());
        this.deviceInWords = lane.backend().device();
    }

    /** Sessions that run programs on variables of this one at the same time as this, which nobody may change meanwhile. */
    List<Session> openLanes() {
        checkUse();
        return device.openLanes().stream().map(lane -> new Session(this, lane)).toList();
    }

    /** A session on the best available backend. */
    public static Session open() {
        return open(null, 0);
    }

    /**
     * A session on the best available backend.
     *
     * @param seed of everything random: first weights, dropout
     */
    public static Session open(long seed) {
        return open(null, seed);
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
        return open(backend, seed, Precision.FLOAT32);
    }

    /**
     * A session with its precision.
     *
     * @param backend its name; null for the best one available
     * @param seed of everything random: first weights, dropout
     * @param precision how all matrix products and convolutions of the session read their factors
     * @throws dev.baton.BackendException if there is no such backend, it is not available, or its products cannot do that
     */
    public static Session open(String backend, long seed, Precision precision) {
        return open(backend, seed, precision, 1);
    }

    /**
     * A session on several devices that train together: each takes a part of every batch, and each has all variables. The
     * losses and weights of a training are those of one device that has the whole batch, but for the order in which numbers
     * are added and for what dropout draws; the loss of a step has to be a mean over its batch. Everything but training
     * runs on the first device.
     *
     * @param backend its name; null for the best one available
     * @param seed of everything random: first weights, dropout
     * @param precision how all matrix products and convolutions of the session read their factors
     * @param devices how many; on {@code cpu} each has its part of the threads
     * @throws dev.baton.BackendException as {@link #open(String, long, Precision)}, or if there are not so many devices or the
     *     backend's cannot train together
     */
    public static Session open(String backend, long seed, Precision precision, int devices) {
        return Opened.here("session").session(backend, seed, precision, devices);
    }

    /** How many devices train together; 1 where there is one alone. */
    public int deviceCount() {
        return devices.count();
    }

    Devices devices() {
        return devices;
    }

    /** Tells the devices that wait for this one that it does not come. */
    void leave() {
        device.backend().leave();
    }

    /** The device in words, such as {@code cpu: AMD EPYC, 2 threads, avx512, OpenBLAS for Cooperlake}. */
    public String device() {
        return deviceInWords;
    }

    /** The name of the backend, which {@link #open(String)} takes. */
    public String backend() {
        return backend;
    }

    /** The seed of everything random. */
    public long seed() {
        return seed;
    }

    /** How matrix products and convolutions read their factors. */
    public Precision precision() {
        return precision;
    }

    /** The names of all variables, in the order in which programs came to use them. */
    public List<String> variables() {
        return List.copyOf(variables.keySet());
    }

    /**
     * The type of a variable.
     *
     * @throws BatonException if there is no such variable
     */
    public TensorType type(String variable) {
        return slot(variable).type();
    }

    /** A copy of a variable's value. */
    public NDArray value(String variable) {
        TensorType type = slot(variable).type();
        NDArray array = NDArray.zeros(type.dtype(), type.shape());
        read(variable, array);
        return array;
    }

    /**
     * Copies a variable's value to an array.
     *
     * @throws BatonException if there is no such variable, or the type differs
     */
    public void read(String variable, NDArray target) {
        Slot slot = slot(variable);
        requireType(variable, slot, target);
        device.variables().download(slot.offset(), target.bytes());
        Reference.reachabilityFence(this);
    }

    /**
     * Sets a variable.
     *
     * @throws BatonException if there is no such variable, or the type differs
     */
    public void set(String variable, NDArray value) {
        Slot slot = slot(variable);
        requireType(variable, slot, value);
        device.variables().upload(slot.offset(), value.bytes());
        devices.onOthers((other, number) -> other.set(variable, value));
        Reference.reachabilityFence(this);
    }

    private static void requireType(String variable, Slot slot, NDArray array) {
        var type = new TensorType(array.dtype(), array.shape());
        if (!slot.type().equals(type)) {
            throw new BatonException("variable '" + variable + "' is " + slot.type() + ", not " + type);
        }
    }

    private Slot slot(String variable) {
        checkUse();
        Slot slot = variables.get(variable);
        if (slot == null) {
            throw new BatonException("there is no variable '" + variable + "'; there are " + variables.keySet());
        }
        return slot;
    }

    /**
     * Makes a graph ready to run with the given sizes of its symbols; its variables come into being.
     *
     * @return a plan that lives as long as this session, unless it is closed before
     */
    public Plan compile(Graph graph, Map<String, Long> sizes) {
        return plan(graph, sizes);
    }

    /**
     * The program that {@link #compile} would run on one device, to look at before it does: its kernels and its memory.
     * Nothing is computed, no variable comes into being, and the program cannot be run.
     */
    public Program program(Graph graph, Map<String, Long> sizes) {
        checkUse();
        var offsets = new LinkedHashMap<String, Long>();
        graph.variables().keySet().forEach(name -> offsets.put(name, 0L));
        return Compiler.compile(graph, sizes, offsets, device.backend(), precision);
    }

    /** The bytes that this session's device keeps for all of its programs, as far as one of them wants them while it runs. */
    public long sharedMemory(Program program) {
        checkUse();
        return device.backend().sharedMemory(program);
    }

    /** Parts the graph of a model whose variables do not change any more, as this session's device computes it best. */
    public Preparation prepare(Graph graph) {
        checkUse();
        // Rounded factors are multiplied in another way.
        boolean isPlain = precision == Precision.FLOAT32;
        return Preparation.of(
                graph,
                node -> isPlain && Backend.WINOGRAD.equals(device.backend().method(node)));
    }

    SessionPlan plan(Graph graph, Map<String, Long> sizes) {
        if (graph.isShared()) {
            // All devices are at it, each for itself, and have its variables.
            checkUse();
        } else {
            addVariables(graph);
        }
        var offsets = new LinkedHashMap<String, Long>();
        graph.variables()
                .keySet()
                .forEach(name -> offsets.put(name, variables.get(name).offset()));
        Program program = Compiler.compile(graph, sizes, offsets, device.backend(), precision);
        requireSums(graph, program);
        Long batch = sizes.get(Executable.BATCH);
        if (batch != null) {
            device.room()
                    .require(
                            batch,
                            program,
                            size -> Compiler.compile(
                                    graph, Map.of(Executable.BATCH, size), offsets, device.backend(), precision));
        }
        return new SessionPlan(this, device.compile(program), program.memory());
    }

    /** A backend that does not claim the sum over all devices would train each of them by itself. */
    private void requireSums(Graph graph, Program program) {
        if (graph.isShared()
                && program.graph().nodes().stream().noneMatch(node -> node.operation() == AllReduce.INSTANCE)) {
            throw new BackendException(
                    "the backend '" + backend + "' opened several devices and does not add values up "
                            + "over them: it has to support " + AllReduce.class.getSimpleName());
        }
    }

    /** Closes a plan of this session; does nothing where the session is closed, which has closed its plans. */
    void discard(Plan plan) {
        if (!opened.isClosed()) {
            checkUse();
            device.close(plan);
        }
    }

    /** Leaves a plan that nobody uses any more to this session, from any thread; says whether it still held anything. */
    boolean abandon(Plan plan) {
        return device.abandon(plan);
    }

    /** Gives every variable of a graph that is new to this session its place and its first value. */
    public void addVariables(Graph graph) {
        List<String> added = addOwnVariables(graph, name -> firstValue(graph.initial(name)));
        if (devices.count() > 1 && !added.isEmpty()) {
            var values = new LinkedHashMap<String, NDArray>();
            added.forEach(name -> values.put(name, value(name)));
            devices.onOthers((other, number) -> other.addOwnVariables(graph, values::get));
        }
    }

    /** Null where the memory may stay as it is. */
    private NDArray firstValue(Initial initial) {
        return initial instanceof Initial.Zeros ? null : initial.initialValue(seed);
    }

    /** The names of those that were new. */
    private List<String> addOwnVariables(Graph graph, Function<String, NDArray> firstValue) {
        checkUse();
        // For all at once: memory that grows in many small steps is not given in large pages.
        device.variables().grow(used + bytesOfNew(graph));
        var added = new ArrayList<String>();
        graph.variables().forEach((name, value) -> {
            Object initial = graph.initial(name);
            Slot known = variables.get(name);
            if (known == null) {
                add(name, value, initial, firstValue.apply(name));
                added.add(name);
            } else if (!known.type().equals(value.type())) {
                throw new BatonException("two models of this session have a parameter '" + name + "', of "
                        + known.type() + " and of " + value.type() + ": tell them apart with named(\"...\")");
            } else if (!name.startsWith(GraphBuilder.OPTIMIZER)
                    && !Decoding.isCache(name)
                    && known.initial() != initial) {
                throw new BatonException("two models of this session have a parameter '" + name
                        + "': tell them apart with named(\"...\")");
            }
        });
        return added;
    }

    private long bytesOfNew(Graph graph) {
        long bytes = 0;
        for (Map.Entry<String, Value> variable : graph.variables().entrySet()) {
            bytes += variables.containsKey(variable.getKey()) ? 0 : aligned(variable.getValue());
        }
        return bytes;
    }

    private static long aligned(Value variable) {
        return (variable.type().bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private void add(String name, Value value, Object initial, NDArray first) {
        long offset = used;
        used += aligned(value);
        variables.put(name, new Slot(value.type(), offset, initial));
        if (first != null) {
            device.variables().upload(offset, first.bytes());
        }
        Reference.reachabilityFence(this);
    }

    /** Takes note of a run that may go on by itself. */
    void started(StartedRun run) {
        device.started(run);
    }

    /** Whether a run was started and nobody has waited for it. */
    boolean isStarted(StartedRun run) {
        return device.isStarted(run);
    }

    /**
     * Fails where this session cannot be used. Waits for what it is still computing.
     *
     * @throws StateException if it is closed, or belongs to another thread
     */
    public void checkUse() {
        opened.requireOpen();
        Thread user = Thread.currentThread();
        if (owner.get() != user && !owner.compareAndSet(null, user)) {
            throw belongsTo(owner.get(), "used");
        }
        device.settle();
        device.closeAbandoned();
    }

    private StateException belongsTo(Thread other, String what) {
        return new StateException("the " + opened + " belongs to thread '" + (other == null ? "?" : other.getName())
                + "' and was " + what + " by '" + Thread.currentThread().getName()
                + "': open one session for each thread; to answer, one predictor serves them all");
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

    /** The same; does nothing where the session is closed. */
    void releaseIfOpen() {
        if (!opened.isClosed()) {
            release();
        }
    }

    /**
     * Gives back the memory of the session and of everything that runs on it; closing twice does nothing.
     *
     * @throws StateException if it belongs to another thread that still lives: it might run just now
     */
    @Override
    public void close() {
        Thread user = owner.get();
        if (!opened.isClosed() && user != null && user != Thread.currentThread() && user.isAlive()) {
            throw belongsTo(user, "closed");
        }
        devices.close();
        opened.close();
        memory.clean();
    }

    /** For instance {@code session opened at Digits.java:31 on cpu: AMD EPYC, 2 threads, ...}. */
    @Override
    public String toString() {
        return opened + " on " + deviceInWords;
    }
}
