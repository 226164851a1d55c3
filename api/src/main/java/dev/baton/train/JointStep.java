package dev.baton.train;

import dev.baton.data.Batch;
import dev.baton.loss.Loss;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;

/**
 * A training step that several sessions make together, each on its part of a batch: gradients are added up among them, and
 * each makes the whole update. {@code dev.baton.distributed} is made of it.
 */
public final class JointStep implements AutoCloseable {

    private final Opened opened = Opened.here("joint training step");
    private final Optimizer optimizer;
    private final StepProgram program;
    private final FlatVariables variables;

    private JointStep(Session member, StepFunction function, Optimizer optimizer, Batch sample) {
        var types = TrainStep.batchTypes(TrainStep.inputs(sample));
        StepGraph.Traced step = StepGraph.trace(function, optimizer, types, true);
        this.optimizer = optimizer;
        this.program = new StepProgram(member, step, optimizer, new RecentNorms(), "joint training step", opened);
        this.variables = FlatVariables.withMoments(member, step.variables());
    }

    /**
     * A step for a model with one input and one loss, traced for batches like one.
     *
     * @param member one of the {@linkplain dev.baton.runtime.Members sessions} that train together
     * @param loss a mean over the examples of a batch
     */
    public static JointStep of(Session member, Layer model, Loss loss, Optimizer optimizer, Batch sample) {
        return new JointStep(member, TrainStep.functionOf(model, loss), optimizer, sample);
    }

    /** All variables, with what the optimizer keeps; to be the same for all members before the first step. */
    public FlatVariables variables() {
        return variables;
    }

    /**
     * Makes a step; all members have to.
     *
     * @param batch this member's part of a joint batch
     * @param number of the step, from 1, from which its learning rate follows
     * @param draw what random numbers follow from, beside the seed
     * @param share of the joint batch that the part is
     * @return the mean loss over the joint batch, and no values; what was not finite is empty where it was not in this part
     * @throws dev.baton.DataException if an example cannot be learnt from
     * @throws dev.baton.BackendException if another member is gone
     */
    public PartialStep.Result learn(Batch batch, long number, long draw, double share) {
        opened.requireOpen();
        program.hand(batch);
        program.executable().share(share);
        boolean finite = program.compute(number, draw, optimizer.update(number));
        String notFinite = finite ? null : program.firstNotFiniteHere(number).orElse("");
        return new PartialStep.Result(program.loss(), null, notFinite);
    }

    /** What the steps have changed, as it is now: a result of {@link #variables}. */
    public byte[] newValues() {
        return variables.newValues();
    }

    /** Ends the step; the variables stay in the session. Closing twice does nothing. */
    @Override
    public void close() {
        program.executable().close();
        opened.close();
    }
}
