package dev.baton.train;

import dev.baton.NDArray;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.loss.Loss;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a worker computes of a training that many share: the gradients of a part of a batch, whose update is made elsewhere,
 * or some steps of its own, of which the change of the weights is what counts. {@code dev.baton.distributed} is made of it.
 */
public final class PartialStep implements AutoCloseable {

    private final Session session;
    private final StepFunction function;
    private final Optimizer optimizer;
    private final Opened opened = Opened.here("partial training step");
    private final RecentNorms recent = new RecentNorms();
    private final Map<String, NDArray> firstMoments = new LinkedHashMap<>();
    private Map<String, TensorType> types;
    private FlatVariables variables;
    private StepProgram gradients;
    private int[] outputs;
    private StepProgram update;

    private PartialStep(Session session, StepFunction function, Optimizer optimizer) {
        this.session = session;
        this.function = function;
        this.optimizer = optimizer;
    }

    /**
     * A step for a model with one input and one loss.
     *
     * @param loss a mean over the examples of a batch
     * @param optimizer says what is learnt, and makes the steps of the worker's own
     */
    public static PartialStep of(Session session, Layer model, Loss loss, Optimizer optimizer) {
        return new PartialStep(session, TrainStep.functionOf(model, loss), optimizer);
    }

    /**
     * What a part of a batch gave.
     *
     * @param loss the mean over its examples
     * @param values gradients and statistics; null where the step was one of the worker's own, or not finite
     * @param notFinite what was not finite, in words; null where all was
     */
    public record Result(double loss, byte[] values, String notFinite) {}

    /** Traces the step for batches like this one and gives the session its variables; nothing runs. */
    public void prepare(Batch batch) {
        opened.requireOpen();
        if (variables == null) {
            types = TrainStep.batchTypes(TrainStep.inputs(batch));
            StepGraph.Traced step = StepGraph.traceGradients(function, optimizer, types);
            gradients = new StepProgram(session, step, optimizer, recent, "gradients", opened);
            outputs = step.variables().results().stream()
                    .mapToInt(gradients.executable()::outputIndex)
                    .toArray();
            variables = FlatVariables.of(session, step.variables());
        }
    }

    /** The variables of the step; null before it was {@linkplain #prepare prepared}. */
    public FlatVariables variables() {
        return variables;
    }

    /**
     * The gradients of a part of a batch; no variable changes.
     *
     * @param number of the step, from 1, as messages have it
     * @param draw what random numbers follow from, beside the seed
     * @param share of the whole batch, with which the values are multiplied
     * @throws dev.baton.DataException if an example cannot be learnt from
     */
    public Result gradients(Batch batch, long number, long draw, double share) {
        Result result = compute(gradients, batch, number, draw, 0);
        if (result.notFinite() != null) {
            return result;
        }
        byte[] values = variables.results((array, index) -> {
            gradients.executable().read(outputs[index], array);
            FlatVariables.scale(array, share);
        });
        return new Result(result.loss(), values, null);
    }

    /** Begins steps of the worker's own: the optimizer knows nothing of those before. */
    public void begin() {
        opened.requireOpen();
        if (update == null) {
            StepGraph.Traced step = StepGraph.trace(function, optimizer, types, false);
            update = new StepProgram(session, step, optimizer, recent, "training step", opened);
            Graph graph = step.graph();
            graph.variables().keySet().stream()
                    .filter(name -> name.startsWith(GraphBuilder.OPTIMIZER))
                    .forEach(name -> firstMoments.put(name, graph.initial(name).initialValue(session.seed())));
        }
        firstMoments.forEach(session::set);
    }

    /**
     * A step of the worker's own.
     *
     * @param number of the step, from 1, from which its learning rate follows
     * @param draw what random numbers follow from, beside the seed
     * @param own the number of the step since {@link #begin}, from 1
     * @throws dev.baton.DataException if an example cannot be learnt from
     */
    public Result learn(Batch batch, long number, long draw, long own) {
        return compute(update, batch, number, draw, optimizer.update(own));
    }

    /**
     * How far each learnt parameter has moved down since it had the values of a block, and the statistics as they are now.
     *
     * @param before a block of {@link #variables}
     * @param share with which all of it is multiplied
     */
    public byte[] change(byte[] before, double share) {
        return variables.change(before, share);
    }

    private Result compute(StepProgram program, Batch batch, long number, long draw, long updateNumber) {
        opened.requireOpen();
        program.hand(batch);
        boolean finite = program.compute(number, draw, updateNumber);
        return new Result(program.loss(), null, finite ? null : program.firstNotFinite(number));
    }

    /** Ends the step; the variables stay in the session. Closing twice does nothing. */
    @Override
    public void close() {
        if (gradients != null) {
            gradients.executable().close();
        }
        if (update != null) {
            update.executable().close();
        }
        opened.close();
    }
}
