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
import dev.baton.spi.Plan;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    private final Map<Long, Plan> plans = new LinkedHashMap<>(16, 0.75f, true);
    private long currentBatch = -1;
    private Plan current;
    private boolean closed;

    /**
     * @param name what messages and the log call it, such as {@code training step}
     */
    public Executable(Session session, String name, Graph graph) {
        this.session = session;
        this.name = name;
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
        requireOpen();
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

    private void requireOpen() {
        if (closed) {
            throw new StateException("the " + name + " is closed");
        }
    }

    private Plan plan(long batch) {
        Plan plan = plans.get(batch);
        if (plan == null) {
            LOG.log(Level.DEBUG, "compiling the {0} for batches of {1}: none of this size yet", name, batch);
            plan = session.compile(graph, Map.of(BATCH, batch));
            plans.put(batch, plan);
            if (plans.size() > PLANS_KEPT) {
                long oldest = plans.keySet().iterator().next();
                LOG.log(Level.DEBUG, "dropping the {0} for batches of {1}", name, oldest);
                session.discard(plans.remove(oldest));
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
        requireOpen();
        if (current == null) {
            throw new StateException(
                    "the " + name + " has not run yet: '" + outputNames.get(output) + "' has no value");
        }
        TensorType type = outputTypes.get(output);
        NDArray array = NDArray.zeros(type.dtype(), type.shape().bind(Map.of(BATCH, currentBatch)));
        current.read(output, array);
        return array;
    }

    /** What runs for a batch of this size. */
    public String explain(long batch) {
        session.checkUse();
        requireOpen();
        return plan(batch).explain();
    }

    @Override
    public void close() {
        closed = true;
        plans.values().forEach(session::discard);
        plans.clear();
    }
}
