package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.NotFiniteException;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.optim.Optimizer;
import dev.baton.reference.Interpretation;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A traced training step on a session; what is handed in and read at every step has its number. */
final class StepProgram {

    private final Session session;
    private final Optimizer optimizer;
    private final RecentNorms recent;
    private final Executable executable;
    private final LabelCheck[] labelChecks;
    private final GradientNorms norms;
    private final int inputsIndex;
    private final int targetsIndex;
    private final int lossIndex;
    private final int finiteIndex;
    private final NDArray lossValue = NDArray.zeros(DType.FLOAT32, Shape.scalar());
    private final NDArray finiteValue = NDArray.zeros(DType.BOOL, Shape.scalar());

    /**
     * @param recent takes note of the gradients' norms
     */
    StepProgram(
            Session session,
            StepGraph.Traced step,
            Optimizer optimizer,
            RecentNorms recent,
            String name,
            Opened opened) {
        this.session = session;
        this.optimizer = optimizer;
        this.recent = recent;
        session.addVariables(step.graph());
        executable = new Executable(session, name, step.graph(), opened);
        labelChecks = LabelCheck.of(step.graph(), executable);
        norms = new GradientNorms(executable, step.variables().learnt());
        inputsIndex = executable.inputIndex(TrainStep.INPUTS);
        targetsIndex = executable.inputIndex(TrainStep.TARGETS);
        lossIndex = executable.outputIndex(StepGraph.LOSS);
        finiteIndex = executable.outputIndex(StepGraph.FINITE);
    }

    Executable executable() {
        return executable;
    }

    /** The gradients of the last step. */
    GradientNorms norms() {
        return norms;
    }

    void hand(Batch batch) {
        executable.input(inputsIndex, batch.inputs());
        executable.input(targetsIndex, batch.targets());
    }

    void hand(Map<String, NDArray> inputs) {
        executable.clear();
        inputs.forEach((name, array) -> executable.input(executable.inputIndex(name), array));
    }

    /**
     * Runs on what was handed in.
     *
     * @param step the number of the step, from 1
     */
    StepResult run(long step) {
        return finiteResult(step, compute(step, step, optimizer.update(step)));
    }

    private StepResult finiteResult(long step, boolean isFinite) {
        if (!isFinite) {
            throw notFinite(step, loss(), firstNotFinite(step));
        }
        return result(step);
    }

    /**
     * Computes a step on what was handed in.
     *
     * @param step the number of the step, from 1, which has a learning rate
     * @param draw what random numbers follow from, beside the seed
     * @param update the number of its update, or 0
     * @return whether all was finite; where not, nothing has changed
     */
    boolean compute(long step, long draw, long update) {
        ready(step, draw, update);
        executable.run();
        return isFinite();
    }

    /**
     * Starts a step on what was handed in, which the device may go on with by itself.
     *
     * @param step the number of the step, from 1
     */
    void start(long step) {
        ready(step, step, optimizer.update(step));
        executable.start();
    }

    /** Brings the next batch to the device while that goes on with what was started. */
    void prefetch(Batch next) {
        executable.nextInput(inputsIndex, next.inputs());
        executable.nextInput(targetsIndex, next.targets());
        executable.prefetch();
    }

    /** Waits for the step that was started. */
    StepResult finish(long step) {
        executable.finish();
        return finiteResult(step, isFinite());
    }

    private void ready(long step, long draw, long update) {
        requireExamples(step);
        for (LabelCheck check : labelChecks) {
            check.check(executable.argument(check.input()), step);
        }
        double rate = optimizer.learningRate(step);
        if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new BatonException("step " + step + ": the schedule gives a learning rate of " + rate
                    + "; it must be a finite number and not negative");
        }
        executable.next(draw, update, rate);
    }

    private boolean isFinite() {
        executable.read(finiteIndex, finiteValue);
        executable.read(lossIndex, lossValue);
        return finiteValue.get(0) != 0;
    }

    /** The loss of the step that was just computed. */
    float loss() {
        return (float) lossValue.get(0);
    }

    /** What the step gave that was just computed and was finite. */
    StepResult result(long step) {
        float norm = norms.ofAll();
        recent.add(norm);
        return new StepResult(step, loss(), norm);
    }

    /** Fails where the batch that was handed in is empty. */
    void requireExamples(long step) {
        if (executable.batch() == 0) {
            throw new DataException("step " + step + ": the batch is empty");
        }
    }

    /**
     * In words, what was not finite first in the step that was just computed.
     *
     * @throws DataException if it was an input
     */
    String firstNotFinite(long step) {
        return firstNotFiniteHere(step)
                .orElse("computed again in plain Java, which rounds differently, every value of this step is finite");
    }

    /** The same; empty where that finds nothing, as where another member's part is not finite. */
    Optional<String> firstNotFiniteHere(long step) {
        // Inputs are searched only here: what is not finite in them makes the gradient of the first layer so.
        executable.notFinite().ifPresent(where -> {
            throw new DataException("step " + step + ": " + where + "; no weight was changed");
        });
        return interpret().firstNotFinite(StepGraph.FINITE).map(Interpretation.Step::explain);
    }

    /** @param first what was not finite, in words */
    NotFiniteException notFinite(long step, double loss, String first) {
        return notFinite(step, optimizer.learningRate(step), loss, first);
    }

    NotFiniteException notFinite(long step, double rate, double loss, String first) {
        return new NotFiniteException(
                "step " + step + ": the loss (" + loss + ") or a gradient is not "
                        + "finite; no weight was changed. The learning rate was " + rate
                        + ": try a smaller one, or clip the gradients (Optimizer.clipNorm), and look "
                        + "for extreme values in the data" + recent.before(step) + "\n  " + first,
                step,
                rate);
    }

    /** Computes a step on what was handed in node by node; nothing changes. */
    Interpretation interpret(long step) {
        executable.next(step, optimizer.update(step), optimizer.learningRate(step));
        return interpret();
    }

    private Interpretation interpret() {
        Graph fixed = executable.graph().bind(Map.of(Executable.BATCH, executable.batch()));
        var arguments = new LinkedHashMap<String, NDArray>();
        fixed.inputs().keySet().forEach(name -> arguments.put(name, executable.argument(executable.inputIndex(name))));
        var variables = new LinkedHashMap<String, NDArray>();
        fixed.variables().keySet().forEach(name -> variables.put(name, session.value(name)));
        return Interpretation.of(fixed, arguments, variables);
    }
}
