package dev.baton.train;

import dev.baton.NDArray;
import dev.baton.graph.TensorType;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A training step that also tells what it changed, and the loss afterwards: the same update as the plain step's, in two
 * programs that are traced when the first step is examined.
 */
final class Examination {

    private final StepProgram step;
    private final Executable lossAfter;
    private final Optimizer optimizer;
    private final List<String> parameters;

    Examination(
            Session session,
            StepFunction function,
            Optimizer optimizer,
            Map<String, TensorType> types,
            RecentNorms recent,
            Opened opened) {
        boolean shared = session.deviceCount() > 1;
        StepGraph.Traced traced = StepGraph.traceExamined(function, optimizer, types, shared);
        this.optimizer = optimizer;
        this.parameters = traced.variables().learnt();
        this.step = new StepProgram(session, traced, optimizer, recent, "examined training step", opened);
        this.lossAfter =
                new Executable(session, "loss after a step", StepGraph.traceLoss(function, types, shared), opened);
    }

    /** The program of the step. */
    StepProgram step() {
        return step;
    }

    /** Takes the step. What comes after it is made ready before, so that it does not fail then. */
    StepResult take(Map<String, NDArray> inputs, long number) {
        step.hand(inputs);
        try {
            step.requireExamples(number);
            lossAfter.memory(step.executable().batch());
            return step.run(number);
        } finally {
            step.executable().clear();
        }
    }

    /** What the step that was just taken changed. */
    LossChange look(Map<String, NDArray> inputs, StepResult taken) {
        long number = taken.step();
        double rate = optimizer.learningRate(number);
        inputs.forEach((name, array) -> lossAfter.input(lossAfter.inputIndex(name), array));
        try {
            // Its random numbers follow from the number of the step: what was dropped then is dropped now.
            lossAfter.next(number, optimizer.update(number), rate);
            lossAfter.run();
            double after =
                    lossAfter.output(lossAfter.outputIndex(StepGraph.LOSS)).get(0);
            return new LossChange(number, rate, taken.loss(), after, parts());
        } finally {
            lossAfter.clear();
        }
    }

    private List<LossChange.Part> parts() {
        NDArray gains = output(StepGraph.GAINS);
        NDArray gradients = output(StepGraph.NORMS);
        NDArray weights = output(StepGraph.WEIGHT_NORMS);
        NDArray changes = output(StepGraph.CHANGE_NORMS);
        var parts = new ArrayList<LossChange.Part>();
        for (int i = 0; i < parameters.size(); i++) {
            parts.add(new LossChange.Part(
                    parameters.get(i), gains.get(i), gradients.get(i), weights.get(i), changes.get(i)));
        }
        return parts;
    }

    private NDArray output(String name) {
        return step.executable().output(step.executable().outputIndex(name));
    }

    void close() {
        step.executable().close();
        lossAfter.close();
    }
}
