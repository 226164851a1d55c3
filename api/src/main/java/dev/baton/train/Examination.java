package dev.baton.train;

import dev.baton.NDArray;
import dev.baton.data.Batch;
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
        this.parameters = traced.learnt();
        this.step = new StepProgram(session, traced, optimizer, recent, "examined training step", opened);
        this.lossAfter =
                new Executable(session, "loss after a step", StepGraph.traceLoss(function, types, shared), opened);
    }

    /** The program of the step. */
    StepProgram step() {
        return step;
    }

    LossChange run(Batch batch, long number) {
        return run(Map.of(TrainStep.INPUTS, batch.inputs(), TrainStep.TARGETS, batch.targets()), number);
    }

    LossChange run(Map<String, NDArray> inputs, long number) {
        step.hand(inputs);
        inputs.forEach((name, array) -> lossAfter.input(lossAfter.inputIndex(name), array));
        try {
            StepResult result = step.run(number);
            double rate = optimizer.learningRate(number);
            // Its random numbers follow from the number of the step: what was dropped then is dropped now.
            lossAfter.next(number, optimizer.update(number), rate);
            lossAfter.run();
            double after =
                    lossAfter.output(lossAfter.outputIndex(StepGraph.LOSS)).get(0);
            return new LossChange(number, rate, result.loss(), after, parts());
        } finally {
            step.executable().clear();
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
