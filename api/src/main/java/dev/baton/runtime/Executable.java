package dev.baton.runtime;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.StateException;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.program.Program;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A traced graph on a session: plans for the sizes it meets, compiled when they are first needed, the least recently
 * used ones dropped. The batch is the symbol {@link #BATCH}. Inputs and outputs have numbers, so that a step in the
 * steady state looks up no name.
 */
public final class Executable implements AutoCloseable {

    /** The symbol of the first dimension of every input. */
    public static final String BATCH = "N";

    private static final int PLANS_KEPT = 8;
    private static final System.Logger LOG = System.getLogger(Executable.class.getName());

    private final Session session;
    private final String name;
    private final Graph graph;
    private final List<String> inputNames;
    private final TensorType[] inputTypes;
    private final List<String> outputNames;
    private final List<TensorType> outputTypes;
    private final List<TokenCheck> tokenChecks;
    private final NDArray[] arguments;
    private final NDArray seed;
    private final NDArray step = NDArray.zeros(DType.INT64, Shape.scalar());
    private final NDArray learningRate = NDArray.zeros(DType.FLOAT32, Shape.scalar());
    private final Map<Long, SessionPlan> plans;
    private final Opened opened;
    private final Cleaner.Cleanable memory;
    private long currentBatch = -1;
    private SessionPlan current;

    /**
     * @param name what messages and the log call it, such as {@code training step}
     * @param opened what the user opened and has to close, so that this is closed
     */
    public Executable(Session session, String name, Graph graph, Opened opened) {
        // Not a field's own value: what frees it must not know this.
        var cache = new LinkedHashMap<Long, SessionPlan>(16, 0.75f, true);
        this.session = session;
        this.name = name;
        this.plans = cache;
        this.opened = opened;
        this.memory = opened.holds(this, () -> abandon(cache.values()));
        this.graph = graph;
        this.inputNames = List.copyOf(graph.inputs().keySet());
        this.inputTypes = graph.inputs().values().stream().map(Value::type).toArray(TensorType[]::new);
        this.outputNames = List.copyOf(graph.outputs().keySet());
        this.outputTypes = graph.outputs().values().stream().map(Value::type).toList();
        this.tokenChecks = TokenCheck.of(graph);
        this.arguments = new NDArray[inputNames.size()];
        this.seed = NDArray.of(Shape.scalar(), session.seed());
        runtimeScalar(GraphBuilder.SEED, seed);
        runtimeScalar(GraphBuilder.STEP, step);
        runtimeScalar(GraphBuilder.LEARNING_RATE, learningRate);
    }

    /** Forgets the arrays handed in, so that none is taken for a later run's. */
    public void clear() {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] != seed && arguments[i] != step && arguments[i] != learningRate) {
                arguments[i] = null;
            }
        }
    }

    private void runtimeScalar(String input, NDArray array) {
        int index = inputNames.indexOf(input);
        if (index >= 0) {
            arguments[index] = array;
        }
    }

    /** The graph as it was traced. */
    public Graph graph() {
        return graph;
    }

    /** Sets the number of the next step, from 1, and its learning rate. */
    public void next(long stepNumber, double rate) {
        step.setLong(0, stepNumber);
        learningRate.set(0, rate);
    }

    /** The number of an input for {@link #input}; -1 where the graph has none of this name. */
    public int inputIndex(String input) {
        return inputNames.indexOf(input);
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
        if (index < 0) {
            return;
        }
        TensorType type = inputTypes[index];
        if (array.dtype() != type.dtype() || !fits(type.shape(), array.shape())) {
            throw new ShapeException("the " + name + " takes '" + inputNames.get(index) + "' as " + type + ", not "
                    + array.dtype() + array.shape());
        }
        arguments[index] = array;
    }

    private static boolean fits(Shape wanted, Shape given) {
        if (wanted.rank() != given.rank()) {
            return false;
        }
        for (int i = 0; i < wanted.rank(); i++) {
            if (wanted.dim(i).isFixed() && wanted.size(i) != given.size(i)) {
                return false;
            }
        }
        return true;
    }

    /** The array handed in for an input; null where there is none yet. */
    public NDArray argument(int index) {
        return arguments[index];
    }

    /** In words, where among the arrays handed in there is a NaN or an infinity first; empty where there is none. */
    public Optional<String> notFinite() {
        for (int i = 0; i < arguments.length; i++) {
            int index = arguments[i] == null ? -1 : arguments[i].firstNotFinite();
            if (index >= 0) {
                Shape shape = arguments[i].shape();
                String place = "";
                if (shape.rank() > 0) {
                    long record = arguments[i].size() / shape.size(0);
                    place = "record " + index / record + " of the batch, value " + index % record + " of ";
                }
                return Optional.of(
                        place + "'" + inputNames.get(i) + "' is " + arguments[i].get(index) + ", not a finite number");
            }
        }
        return Optional.empty();
    }

    /**
     * The batch size of the arrays handed in; 1 where no input has a batch.
     *
     * @throws BatonException if an input is missing
     * @throws ShapeException if two inputs have batches of different sizes
     */
    public long batch() {
        int first = -1;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] == null) {
                throw new BatonException("the " + name + " needs an input '" + inputNames.get(i) + "'");
            }
            if (hasBatch(i)) {
                if (first < 0) {
                    first = i;
                } else if (size(i) != size(first)) {
                    throw new ShapeException(
                            "the " + name + " takes inputs of one batch size, but '" + inputNames.get(first)
                                    + "' is " + arguments[first].shape() + " and '" + inputNames.get(i) + "' is "
                                    + arguments[i].shape());
                }
            }
        }
        return first < 0 ? 1 : size(first);
    }

    private boolean hasBatch(int index) {
        Shape shape = inputTypes[index].shape();
        return shape.rank() > 0 && !shape.dim(0).isFixed();
    }

    private long size(int index) {
        return arguments[index].shape().size(0);
    }

    /**
     * Runs once on the arrays handed in.
     *
     * @throws StateException if this or the session is closed, or the session belongs to another thread
     * @throws dev.baton.DataException if a number that asks for a row of a table, as an embedding has, is none of its rows
     */
    public void run() {
        session.checkUse();
        opened.requireOpen();
        long batch = batch();
        for (int i = 0; i < tokenChecks.size(); i++) {
            tokenChecks.get(i).check(name, arguments);
        }
        if (batch != currentBatch) {
            current = plan(batch);
            currentBatch = batch;
        }
        current.run(arguments);
    }

    private SessionPlan planOf(long batch) {
        session.checkUse();
        opened.requireOpen();
        if (batch < 1) {
            throw new BatonException("a batch holds at least one example, not " + batch);
        }
        return plan(batch);
    }

    private SessionPlan plan(long batch) {
        SessionPlan plan = plans.get(batch);
        if (plan == null) {
            LOG.log(Level.DEBUG, "compiling the {0} for batches of {1}: none of this size yet", name, batch);
            plan = session.plan(graph, Map.of(BATCH, batch));
            plans.put(batch, plan);
            if (plans.size() > PLANS_KEPT) {
                long oldest = plans.keySet().iterator().next();
                LOG.log(Level.DEBUG, "dropping the {0} for batches of {1}", name, oldest);
                plans.remove(oldest).close();
            }
        }
        return plan;
    }

    /** Copies an output of the last run to an array; waits for the device. */
    public void read(int output, NDArray target) {
        current.read(output, target);
    }

    /**
     * An output of the last run in a new array.
     *
     * @throws StateException if nothing has run yet, or this or the session is closed
     */
    public NDArray output(int output) {
        session.checkUse();
        opened.requireOpen();
        if (current == null) {
            throw new StateException(
                    "the " + name + " has not run yet: '" + outputNames.get(output) + "' has no value");
        }
        TensorType type = outputTypes.get(output);
        NDArray array = NDArray.zeros(type.dtype(), type.shape().bind(Map.of(BATCH, currentBatch)));
        current.read(output, array);
        return array;
    }

    /**
     * The size of the last batch that ran.
     *
     * @throws StateException if none has run yet
     */
    public long lastBatch() {
        if (currentBatch < 0) {
            throw new StateException("the " + name + " has not run yet: run a batch first");
        }
        return currentBatch;
    }

    /** What runs for a batch of this size. */
    public String explain(long batch) {
        return planOf(batch).explain();
    }

    /** What one run for a batch of this size needs. */
    public Program.Memory memory(long batch) {
        return planOf(batch).memory();
    }

    /** For what was forgotten: its plans are closed by the thread that uses the session. */
    private static boolean abandon(Collection<SessionPlan> plans) {
        boolean held = false;
        for (SessionPlan plan : plans) {
            held |= plan.abandon();
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
        plans.values().forEach(SessionPlan::close);
        plans.clear();
        opened.close();
        memory.clean();
    }
}
