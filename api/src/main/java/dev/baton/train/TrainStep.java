package dev.baton.train;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.NotFiniteException;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.autodiff.Gradients;
import dev.baton.composite.AllFinite;
import dev.baton.data.Batch;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.loss.Loss;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One training step as one program: forward, loss, backward and update. Traced at the first batch; a step whose loss
 * or gradients are not finite changes nothing and is reported.
 */
public final class TrainStep implements AutoCloseable {

    static final String INPUTS = "inputs";
    static final String TARGETS = "targets";
    private static final String LOSS = "loss";
    private static final String FINITE = "all finite";

    private final Session session;
    private final Layer model;
    private final Loss loss;
    private final Optimizer optimizer;
    private final NDArray lossValue = NDArray.zeros(DType.FLOAT32, Shape.scalar());
    private final NDArray finiteValue = NDArray.zeros(DType.BOOL, Shape.scalar());
    private Executable executable;
    private long steps;
    private boolean closed;

    private TrainStep(Session session, Layer model, Loss loss, Optimizer optimizer) {
        this.session = session;
        this.model = model;
        this.loss = loss;
        this.optimizer = optimizer;
    }

    public static TrainStep of(Session session, Layer model, Loss loss, Optimizer optimizer) {
        return new TrainStep(session, model, loss, optimizer);
    }

    /**
     * Runs one step.
     *
     * @throws NotFiniteException if the loss or a gradient is not finite; no weight has changed
     * @throws DataException if the batch is empty
     */
    public StepResult run(Batch batch) {
        if (closed) {
            throw new StateException("the training step is closed");
        }
        if (batch.size() == 0) {
            throw new DataException("step " + (steps + 1) + ": the batch is empty");
        }
        prepare(batch);
        long step = steps + 1;
        double rate = optimizer.learningRate(step);
        executable.next(step, rate);
        executable.input(INPUTS, batch.inputs());
        executable.input(TARGETS, batch.targets());
        executable.run(batch.size());
        executable.read(FINITE, finiteValue);
        executable.read(LOSS, lossValue);
        if (finiteValue.get(0) == 0) {
            throw new NotFiniteException("step " + step + ": the loss (" + lossValue.get(0) + ") or a gradient is not "
                    + "finite; no weight was changed. The learning rate was " + rate + ": try a smaller one, and look "
                    + "for extreme values in the data", step, rate);
        }
        steps = step;
        return new StepResult(step, (float) lossValue.get(0));
    }

    /**
     * Traces the step for batches like this one and gives the session its variables, which may then be set; nothing
     * runs. The first {@link #run} does it otherwise.
     */
    public void prepare(Batch batch) {
        if (executable == null) {
            Graph graph = trace(batch);
            session.addVariables(graph);
            executable = new Executable(session, "training step", graph);
        }
    }

    /** What runs for batches of this size; there is nothing to explain before the first step. */
    public String explain(long batch) {
        if (executable == null) {
            throw new StateException("the training step is traced at its first batch: run one, then explain");
        }
        return executable.explain(batch);
    }

    private Graph trace(Batch batch) {
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        var emit = new Emitter(graph);
        Tensor inputs = Tensor.of(graph, graph.input(INPUTS, batchType(batch.inputs())));
        Tensor targets = Tensor.of(graph, graph.input(TARGETS, batchType(batch.targets())));
        Tensor value = loss.of(Layer.trace(model, inputs), targets);
        List<Value> parameters =
                model.parameters().stream().map(parameter -> parameter.in(inputs).value()).toList();
        List<Value> gradients = Gradients.of(emit, value.value(), parameters);
        var checked = new ArrayList<>(gradients);
        checked.add(value.value());
        Value finite = graph.add(AllFinite.INSTANCE, checked, Attributes.none()).output(0);
        optimizer.update(emit, parameters, gradients, finite);
        graph.output(LOSS, value.value());
        graph.output(FINITE, finite);
        return graph.build();
    }

    /** The type of an array whose first dimension is the batch. */
    static TensorType batchType(NDArray array) {
        return new TensorType(array.dtype(), array.shape().with(0, Dim.symbol(Executable.BATCH)));
    }

    @Override
    public void close() {
        closed = true;
        if (executable != null) {
            executable.close();
        }
    }
}
