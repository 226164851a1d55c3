package dev.baton.runtime;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.ShapeException;
import dev.baton.StateException;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.program.Program;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A traced graph on a session: plans for the sizes it meets, compiled when they are first needed, the least recently
 * used ones dropped. The batch is the symbol {@link #BATCH}. Inputs and outputs have numbers, so that a step in the
 * steady state looks up no name.
 *
 * <p>A graph with the input {@link GraphBuilder#SHARE} runs on all devices of the session at once, on each with a part of the
 * batch; outputs are those of the first device.
 */
public final class Executable implements AutoCloseable {

    /** The symbol of the first dimension of every input. */
    public static final String BATCH = "N";

    private final Session session;
    private final String name;
    private final Graph graph;
    private final Arguments arguments;
    private final List<String> outputNames;
    private final List<TensorType> outputTypes;
    private final Plans plans;
    private final Devices devices;
    private final List<Shard> shards;
    private final Opened opened;
    private final Cleaner.Cleanable memory;
    private long lastBatch = -1;

    /**
     * @param name what messages and the log call it, such as {@code training step}
     * @param opened what the user opened and has to close, so that this is closed
     */
    public Executable(Session session, String name, Graph graph, Opened opened) {
        this.devices = session.devices();
        // What frees the plans must not know this.
        List<Map<Long, SessionPlan>> rooms =
                Stream.generate(Plans::room).limit(devices.count()).toList();
        this.session = session;
        this.name = name;
        this.shards = graph.isShared() ? shards(name, graph, rooms) : List.of();
        this.plans = shards.isEmpty()
                ? new Plans(session, name, graph, rooms.get(0))
                : shards.get(0).plans();
        this.opened = opened;
        this.memory = opened.holds(this, () -> abandon(rooms));
        this.graph = graph;
        this.arguments = new Arguments(name, graph, session.seed());
        this.outputNames = List.copyOf(graph.outputs().keySet());
        this.outputTypes = graph.outputs().values().stream().map(Value::type).toList();
    }

    private List<Shard> shards(String name, Graph graph, List<Map<Long, SessionPlan>> rooms) {
        return IntStream.range(0, rooms.size())
                .mapToObj(number -> new Shard(devices.session(number), name, graph, number, rooms.get(number)))
                .toList();
    }

    /**
     * The same graph on every lane of the session's device, each to be used by one thread at a time while other threads use
     * the others and this: for graphs that assign no variable, once the session has got all of theirs. They live as long as
     * the session.
     *
     * @return none where the device computes one program after the other
     */
    public List<Executable> openLanes() {
        session.addVariables(graph);
        return session.openLanes().stream()
                .map(lane -> new Executable(lane, name, graph, opened))
                .toList();
    }

    /** Lets the session go, as {@link Session#release}; does nothing where it is closed. */
    public void release() {
        session.releaseIfOpen();
    }

    /** Forgets the arrays handed in, so that none is taken for a later run's. */
    public void clear() {
        arguments.clear();
    }

    /** The graph as it was traced. */
    public Graph graph() {
        return graph;
    }

    /** Sets the number of the next step, from 1, that of its update, or 0, and its learning rate. */
    public void next(long stepNumber, long updateNumber, double rate) {
        arguments.next(stepNumber, updateNumber, rate);
    }

    /** Says which share of the joint batch of all {@link Members} what is handed in here is; all of it where nobody does. */
    public void share(double share) {
        arguments.share(share);
    }

    /** The number of an input for {@link #input}; -1 where the graph has none of this name. */
    public int inputIndex(String input) {
        return arguments.index(input);
    }

    /** The number of an output for {@link #read}; -1 where the graph has none of this name. */
    public int outputIndex(String output) {
        return outputNames.indexOf(output);
    }

    /**
     * Hands in an array; allocates nothing where it fits.
     *
     * @param index of the input; at -1 nothing happens: what the graph does not use need not be filtered out
     * @throws ShapeException if its type does not fit
     */
    public void input(int index, NDArray array) {
        arguments.set(index, array);
    }

    /** The array handed in for an input; null where there is none yet. */
    public NDArray argument(int index) {
        return arguments.get(index);
    }

    /** In words, where among the arrays handed in there is a NaN or an infinity first; empty where there is none. */
    public Optional<String> notFinite() {
        return arguments.notFinite();
    }

    /**
     * The batch size of the arrays handed in; 1 where no input has a batch.
     *
     * @throws BatonException if an input is missing
     * @throws ShapeException if two inputs have batches of different sizes
     */
    public long batch() {
        return arguments.batch();
    }

    /**
     * Runs once on the arrays handed in.
     *
     * @throws StateException if this or the session is closed, or the session belongs to another thread
     * @throws dev.baton.DataException if a number that asks for a row of a table, as an embedding has, is none of its rows
     */
    public void run() {
        long batch = checkedBatch();
        if (shards.isEmpty()) {
            plans.use(batch).run(arguments.all());
        } else {
            devices.requireEnough(batch);
            if (batch != lastBatch) {
                // What fails here has not begun to wait for others.
                devices.onAll((one, number) -> shards.get(number).prepare(batch, devices));
            }
            devices.together((one, number) -> shards.get(number).run(arguments, batch, devices));
        }
        lastBatch = batch;
    }

    /** The batch size of the arrays handed in, where a run can take them. */
    private long checkedBatch() {
        session.checkUse();
        opened.requireOpen();
        long batch = batch();
        arguments.checkTokens();
        return batch;
    }

    /**
     * Starts a run on the arrays handed in, as {@link #run} does, which the device may go on with by itself; {@link #finish} ends
     * it. Where several devices share the graph this is all of the run.
     */
    public void start() {
        if (!shards.isEmpty()) {
            run();
            return;
        }
        long batch = checkedBatch();
        plans.use(batch).start(arguments.all());
        lastBatch = batch;
    }

    /** Whether the device goes on with what was started, so that there is something else to do meanwhile. */
    public boolean isRunning() {
        return shards.isEmpty() && plans.current() != null && plans.current().isRunning();
    }

    /**
     * Says which array will be handed in for the next run, for {@link #prefetch}; not to be changed before that. Nothing happens
     * at an index of -1.
     */
    public void nextInput(int index, NDArray array) {
        arguments.setNext(index, array);
    }

    /** Brings what will be handed in for the next run to the device, where {@link #isRunning} was true. */
    public void prefetch() {
        plans.current().prefetch(arguments.next());
    }

    /** Waits for what was started, and fails if that has. */
    public void finish() {
        if (shards.isEmpty() && plans.current() != null) {
            plans.current().finish();
        }
    }

    private SessionPlan planOf(long batch) {
        session.checkUse();
        opened.requireOpen();
        if (batch < 1) {
            throw new BatonException("a batch holds at least one example, not " + batch);
        }
        return plans.of(shards.isEmpty() ? batch : devices.largestPart(batch));
    }

    /** Copies an output of the last run to an array; waits for the device. */
    public void read(int output, NDArray target) {
        plans.current().read(output, target);
    }

    /**
     * An output of the last run in a new array.
     *
     * @throws StateException if nothing has run yet, or this or the session is closed
     */
    public NDArray output(int output) {
        session.checkUse();
        opened.requireOpen();
        if (plans.current() == null) {
            throw new StateException(
                    "the " + name + " has not run yet: '" + outputNames.get(output) + "' has no value");
        }
        TensorType type = outputTypes.get(output);
        NDArray array = NDArray.zeros(type.dtype(), type.shape().bind(Map.of(BATCH, plans.currentBatch())));
        plans.current().read(output, array);
        return array;
    }

    /**
     * The size of the last batch that ran.
     *
     * @throws StateException if none has run yet
     */
    public long lastBatch() {
        if (lastBatch < 0) {
            throw new StateException("the " + name + " has not run yet: run a batch first");
        }
        return lastBatch;
    }

    /** What runs for a batch of this size; on one of the devices that share it. */
    public String explain(long batch) {
        return planOf(batch).explain();
    }

    /** What one run for a batch of this size needs; on one of the devices that share it. */
    public Program.Memory memory(long batch) {
        return planOf(batch).memory();
    }

    /** For what was forgotten: its plans are closed by the thread that uses the session. */
    private static boolean abandon(List<Map<Long, SessionPlan>> rooms) {
        boolean held = false;
        for (Map<Long, SessionPlan> room : rooms) {
            for (SessionPlan plan : room.values()) {
                held |= plan.abandon();
            }
        }
        return held;
    }

    /**
     * Gives back what its plans hold; closing twice does nothing.
     *
     * @throws StateException if the session belongs to another thread
     */
    @Override
    public void close() {
        if (shards.isEmpty()) {
            plans.close();
        } else if (!devices.areClosed()) {
            session.checkUse();
            devices.onAll((one, number) -> shards.get(number).plans().close());
        }
        opened.close();
        memory.clean();
    }
}
