package dev.baton.runtime;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.spi.Plan;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A traced graph on a session: plans for the sizes it meets, compiled when they are first needed, the least recently
 * used ones dropped. The batch is the symbol {@link #BATCH}.
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
    private final List<TensorType> inputTypes;
    private final List<String> outputNames;
    private final NDArray[] arguments;
    private final NDArray seed;
    private final NDArray step = NDArray.zeros(DType.INT64, Shape.scalar());
    private final NDArray learningRate = NDArray.zeros(DType.FLOAT32, Shape.scalar());
    private final Map<Long, Plan> plans = new LinkedHashMap<>(16, 0.75f, true);
    private long currentBatch = -1;
    private Plan current;

    /**
     * @param name what messages and the log call it, such as {@code training step}
     */
    public Executable(Session session, String name, Graph graph) {
        this.session = session;
        this.name = name;
        this.graph = graph;
        this.inputNames = new ArrayList<>(graph.inputs().keySet());
        this.inputTypes = graph.inputs().values().stream().map(Value::type).toList();
        this.outputNames = new ArrayList<>(graph.outputs().keySet());
        this.arguments = new NDArray[inputNames.size()];
        this.seed = NDArray.of(Shape.scalar(), session.seed());
        runtimeScalar(GraphBuilder.SEED, seed);
        runtimeScalar(GraphBuilder.STEP, step);
        runtimeScalar(GraphBuilder.LEARNING_RATE, learningRate);
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
        step.bytes().putLong(0, stepNumber);
        learningRate.set(0, rate);
    }

    /**
     * Hands in an array; an input that the program does not use is ignored.
     *
     * @throws BatonException if its type does not fit
     */
    public void input(String input, NDArray array) {
        int index = inputNames.indexOf(input);
        if (index < 0) {
            return;
        }
        TensorType type = inputTypes.get(index);
        long batch = array.shape().rank() > 0 ? array.shape().size(0) : -1;
        if (array.dtype() != type.dtype() || !fits(type.shape(), array.shape(), batch)) {
            throw new BatonException("the " + name + " takes '" + input + "' as " + type + ", not " + array.dtype() + array.shape());
        }
        arguments[index] = array;
    }

    private static boolean fits(Shape wanted, Shape given, long batch) {
        if (wanted.rank() != given.rank()) {
            return false;
        }
        for (int i = 0; i < wanted.rank(); i++) {
            var dim = wanted.dim(i);
            if (dim.isFixed() ? dim.size() != given.size(i) : given.size(i) != batch) {
                return false;
            }
        }
        return true;
    }

    /** Runs once on a batch of this size. */
    public void run(long batch) {
        session.checkUse();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] == null) {
                throw new BatonException("the " + name + " needs an input '" + inputNames.get(i) + "'");
            }
        }
        if (batch != currentBatch) {
            current = plan(batch);
            currentBatch = batch;
        }
        current.run(arguments);
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
                plans.remove(oldest).close();
            }
        }
        return plan;
    }

    /** Copies an output of the last run to an array; waits for the device. */
    public void read(String output, NDArray target) {
        current.read(outputNames.indexOf(output), target);
    }

    /** What runs for a batch of this size. */
    public String explain(long batch) {
        return plan(batch).explain();
    }

    @Override
    public void close() {
        plans.values().forEach(Plan::close);
        plans.clear();
        currentBatch = -1;
    }
}
