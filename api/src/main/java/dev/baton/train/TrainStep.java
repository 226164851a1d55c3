package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.NotFiniteException;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.io.Checkpoint;
import dev.baton.loss.Loss;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.reference.Interpretation;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One training step as one program: forward, loss, backward and update, made from any function of named inputs. Traced
 * when it first runs; a step whose loss or gradients are not finite changes nothing and is reported.
 */
public final class TrainStep implements AutoCloseable {

    /** The name of {@link Batch#inputs} as an input of a step. */
    public static final String INPUTS = ForwardGraph.INPUTS;

    /** The name of {@link Batch#targets} as an input of a step. */
    public static final String TARGETS = "targets";

    /** The output of a step's graph with the loss. */
    public static final String LOSS = StepGraph.LOSS;

    /** The output of a step's graph with the norm of each learnt parameter's gradient. */
    public static final String GRADIENT_NORMS = StepGraph.NORMS;

    private static final List<String> OWN_INPUTS = List.of(
            GraphBuilder.SEED, GraphBuilder.STEP, GraphBuilder.UPDATE, GraphBuilder.LEARNING_RATE, GraphBuilder.SHARE);

    private final Session session;
    private final StepFunction function;
    private final Optimizer optimizer;
    private final Opened opened;
    private final RecentNorms recent = new RecentNorms();
    private Map<String, TensorType> types;
    private StepProgram program;
    private GivenStep given;
    private Examination examination;
    private StepProgram last;
    private long steps;
    /** The number that the last step's learning rate followed from. */
    private long rated;

    TrainStep(Session session, StepFunction function, Optimizer optimizer, Opened opened) {
        this.session = Objects.requireNonNull(session, "session");
        this.function = Objects.requireNonNull(function, "function");
        this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
        this.opened = opened;
    }

    /** A step for a model with one input and one loss, run with a {@link Batch}. */
    public static TrainStep of(Session session, Layer model, Loss loss, Optimizer optimizer) {
        return of(session, functionOf(model, loss), optimizer);
    }

    /**
     * The graph of a step as it is traced, without a session: nothing is computed and no weight is made, however large
     * the model. Its outputs {@link #LOSS} and {@link #GRADIENT_NORMS} end its forward and its backward pass.
     *
     * @param inputs the type of a batch's inputs, whose first dimension is {@link Executable#BATCH}
     * @param targets that of its targets
     * @throws dev.baton.ShapeException if the model or the loss does not take them
     */
    public static Graph graph(Layer model, Loss loss, Optimizer optimizer, TensorType inputs, TensorType targets) {
        var types = new LinkedHashMap<String, TensorType>();
        types.put(INPUTS, inputs);
        types.put(TARGETS, targets);
        return StepGraph.trace(functionOf(model, loss), optimizer, types, false).graph();
    }

    static StepFunction functionOf(Layer model, Loss loss) {
        return inputs -> {
            Tensor answers = Layer.trace(model, inputs.get(INPUTS));
            // What the forward pass does not read are variables all the same, to be saved with the others.
            model.variables().forEach(variable -> variable.in(answers));
            return loss.of(answers, inputs.get(TARGETS));
        };
    }

    /**
     * A step for any function of named inputs: several inputs, several losses added up, several models.
     *
     * @param function gives the loss; every parameter that it reads is learnt, unless the optimizer
     *     {@linkplain Optimizer#freeze freezes} it
     */
    public static TrainStep of(Session session, StepFunction function, Optimizer optimizer) {
        return new TrainStep(session, function, optimizer, Opened.here("training step"));
    }

    /**
     * Runs one step on a batch, whose arrays are the inputs {@link #INPUTS} and {@link #TARGETS}.
     *
     * @throws NotFiniteException if the loss or a gradient is not finite; no weight has changed
     * @throws DataException if the batch is empty, a label is no class, or an input that is not finite made the loss or
     *     a gradient so; no weight has changed
     */
    public StepResult run(Batch batch) {
        prepare(batch);
        program.hand(batch);
        return run();
    }

    /**
     * Runs one step on a batch as {@link #run(Batch)} does. A device that computes by itself, as a GPU does, is brought the next
     * batch meanwhile. A {@link Trainer} does so by itself.
     *
     * @param next what the step after this one learns from; its arrays must not be changed before that step, which may still be
     *     given another batch
     */
    public StepResult run(Batch batch, Batch next) {
        Objects.requireNonNull(next, "next");
        start(batch);
        if (isRunning()) {
            prefetch(next);
        }
        return finish();
    }

    /** Starts a step on a batch, as {@link #run(Batch)} does, which the device may go on with until {@link #finish}. */
    void start(Batch batch) {
        prepare(batch);
        program.hand(batch);
        last = program;
        program.start(steps + 1);
    }

    /** Whether the device goes on with the step that was started. */
    boolean isRunning() {
        return program.executable().isRunning();
    }

    /** Brings the batch of the next step to the device, which goes on with this one; it may still be another one. */
    void prefetch(Batch next) {
        program.prefetch(next);
    }

    /** Waits for the step that was started; fails as {@link #run(Batch)} does. */
    StepResult finish() {
        return took(program.finish(steps + 1), steps + 1);
    }

    /**
     * Runs one step on named inputs; arrays that the step's function does not ask for are left aside.
     *
     * @param inputs by name; the first dimension of each is the batch, save for scalars
     * @throws NotFiniteException as {@link #run(Batch)} does
     * @throws DataException as {@link #run(Batch)} does
     */
    public StepResult run(Map<String, NDArray> inputs) {
        prepare(inputs);
        program.hand(inputs);
        try {
            return run();
        } finally {
            program.executable().clear();
        }
    }

    private StepResult run() {
        last = program;
        return took(program.run(steps + 1), steps + 1);
    }

    /**
     * Runs one step on a batch as {@link #run(Batch)} does, and tells what it changed and how much of the loss's fall each
     * parameter has. Takes one more forward pass, and memory for the changes: for one step in many.
     *
     * @throws NotFiniteException as {@link #run(Batch)} does
     * @throws DataException as {@link #run(Batch)} does
     */
    public LossChange examine(Batch batch) {
        return examine(inputs(batch));
    }

    /** Runs one step on named inputs as {@link #run(Map)} does, and tells what it changed. */
    public LossChange examine(Map<String, NDArray> inputs) {
        prepare(inputs);
        if (examination == null) {
            examination = new Examination(session, function, optimizer, types, recent, opened);
        }
        last = examination.step();
        StepResult result = took(examination.take(inputs, steps + 1), steps + 1);
        return examination.look(inputs, result);
    }

    /**
     * Traces the step for batches like this one and gives the session its variables, which may then be set; nothing
     * runs. The first {@link #run(Batch)} does it otherwise.
     */
    public void prepare(Batch batch) {
        requireUse();
        if (program == null) {
            prepare(inputs(batch));
        }
    }

    /** Traces the step for inputs like these, as {@link #prepare(Batch)} does. */
    public void prepare(Map<String, NDArray> inputs) {
        requireUse();
        for (String own : OWN_INPUTS) {
            if (inputs.containsKey(own)) {
                throw new BatonException("the step fills in '" + own + "' by itself: give the input another name");
            }
        }
        if (program == null) {
            Map<String, TensorType> given = batchTypes(inputs);
            StepGraph.Traced step = StepGraph.trace(function, optimizer, given, session.deviceCount() > 1);
            program = new StepProgram(session, step, optimizer, recent, "training step", opened);
            types = given;
            last = program;
        }
    }

    /** The same for a step whose gradients are computed elsewhere. */
    FlatVariables prepare(GradientSource source) {
        requireUse();
        if (given == null) {
            if (session.deviceCount() > 1) {
                throw new StateException("gradients that are computed elsewhere are learnt from on one device, and the "
                        + session + " has " + session.deviceCount() + ": open it with one");
            }
            types = batchTypes(inputs(source.sample()));
            given = new GivenStep(session, function, optimizer, types, source.learns(), recent, opened);
            last = given.program();
        }
        return given.variables();
    }

    /**
     * Runs one step on what was computed elsewhere.
     *
     * @param update the number that its learning rate follows from
     * @throws NotFiniteException as {@link #run(Batch)} does
     */
    StepResult run(GradientSource.Means means, long update) {
        last = given.program();
        return took(given.run(means, steps + 1, update), update);
    }

    /** Takes note of a step that has run. */
    private StepResult took(StepResult result, long update) {
        steps = result.step();
        rated = update;
        return result;
    }

    /** Whether the norms of the last step are those of movements that were made elsewhere, and not of gradients. */
    boolean takesOver() {
        return given != null && last == given.program() && given.takesOver();
    }

    /** The arrays of a batch as inputs of a step, always in this order. */
    static Map<String, NDArray> inputs(Batch batch) {
        var inputs = new LinkedHashMap<String, NDArray>();
        inputs.put(INPUTS, batch.inputs());
        inputs.put(TARGETS, batch.targets());
        return inputs;
    }

    static Map<String, TensorType> batchTypes(Map<String, NDArray> inputs) {
        var types = new LinkedHashMap<String, TensorType>();
        inputs.forEach((name, array) -> types.put(name, StepGraph.batchType(array)));
        return types;
    }

    /** How many steps there were. */
    public long steps() {
        return steps;
    }

    /**
     * Everything that the next step depends on: all variables of the session, how many steps there were, and what
     * schedules were told.
     *
     * @param more texts of the caller's own, such as where in the data the run is
     */
    public Checkpoint checkpoint(Map<String, String> more) {
        requireTraced("save");
        return StepState.of(session, optimizer.told(), steps, more);
    }

    /**
     * Goes on from a checkpoint, all of it or nothing. The step must have been {@linkplain #prepare prepared}.
     *
     * @throws DataException if the checkpoint is of another model, or of a session with another seed or precision
     */
    public void restore(Checkpoint checkpoint) {
        requireTraced("restore");
        steps = StepState.restore(session, optimizer.told(), checkpoint);
        rated = steps;
        recent.clear();
    }

    /** What else is used than when a checkpoint was made, in words; empty where nothing is. */
    String difference(Checkpoint checkpoint) {
        return StepState.difference(session, checkpoint);
    }

    private void requireUse() {
        opened.requireOpen();
        // Before anything changes: another thread may be in the middle of a step.
        session.checkUse();
    }

    private void requireTraced(String wanted) {
        requireUse();
        if (last == null) {
            throw new StateException("the training step is traced at its first batch: run one, then " + wanted);
        }
    }

    /** What runs for batches of the size of the last one: kernels, what was fused, and the memory. */
    public String explain() {
        Executable step = traced("explain").executable();
        return step.explain(step.lastBatch());
    }

    /** What runs for batches of this size; there is nothing to explain before the first step. */
    public String explain(long batch) {
        return traced("explain").executable().explain(batch);
    }

    /** The program for batches, or the one for gradients that are computed elsewhere where there is only that. */
    private StepProgram traced(String wanted) {
        requireTraced(wanted);
        return program != null ? program : given.program();
    }

    /** The type of {@link #INPUTS}; null before it is known. */
    TensorType inputs() {
        return types == null ? null : types.get(INPUTS);
    }

    /** The memory of a step for batches of this size, as it is laid out on the device. */
    public Memory memory(long batch) {
        Executable step = traced("ask for its memory").executable();
        return Memory.of("to train on batches of " + batch, step.graph(), step.memory(batch));
    }

    /**
     * What the last step gave for a value that was handed out with {@link Tensor#watch}, in a new array; also after a
     * step that was not finite. Where several devices train together it is what the first one gave for its part of the batch.
     *
     * @throws BatonException if nothing is watched under this name
     */
    public NDArray watched(String name) {
        requireTraced("look");
        Executable step = last.executable();
        int index = step.outputIndex(name);
        if (index < 0) {
            throw new BatonException("nothing is watched as '" + name + "'; the step hands out "
                    + step.graph().outputs().keySet());
        }
        return step.output(index);
    }

    /**
     * The norm of each learnt parameter's gradient in the last step, by the parameter's name, before they were clipped.
     *
     * @throws StateException if there was no step yet
     */
    public Map<String, Double> gradientNorms() {
        requireTraced("ask for its gradients");
        return last.norms().byName();
    }

    /** The same for {@link Trainer}, without names. */
    GradientNorms norms() {
        return last.norms();
    }

    double learningRate() {
        return optimizer.learningRate(rated);
    }

    /**
     * Computes the next step on this batch node by node in plain Java and shows every value; the session's variables
     * stay as they are. Slow: for looking inside, not for training.
     */
    public Interpretation interpret(Batch batch) {
        prepare(batch);
        return interpret(inputs(batch));
    }

    /** Computes the next step on named inputs, as {@link #interpret(Batch)} does. */
    public Interpretation interpret(Map<String, NDArray> inputs) {
        prepare(inputs);
        program.hand(inputs);
        try {
            return program.interpret(steps + 1);
        } finally {
            program.executable().clear();
        }
    }

    /** Ends the step; the weights stay in the session. Closing twice does nothing. */
    @Override
    public void close() {
        if (program != null) {
            program.executable().close();
        }
        if (given != null) {
            given.program().executable().close();
        }
        if (examination != null) {
            examination.close();
        }
        opened.close();
    }
}
