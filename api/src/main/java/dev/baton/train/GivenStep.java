package dev.baton.train;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.TensorType;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The update of a training step whose gradients are computed elsewhere, or what is left of it where all of it is made there. */
final class GivenStep {

    private final Optimizer optimizer;
    private final StepProgram program;
    private final FlatVariables variables;
    private final int[] inputs;
    private final boolean takesOver;
    private final NDArray loss = NDArray.zeros(DType.FLOAT32, Shape.scalar());

    /**
     * @param types of a batch there
     * @param learns whether the update is made there too
     */
    GivenStep(
            Session session,
            StepFunction function,
            Optimizer optimizer,
            Map<String, TensorType> types,
            boolean learns,
            RecentNorms recent,
            Opened opened) {
        StepGraph.Traced step = learns
                ? StepGraph.traceTaken(function, optimizer, types)
                : StepGraph.traceUpdate(function, optimizer, types);
        this.optimizer = optimizer;
        this.takesOver = learns;
        this.program = new StepProgram(session, step, optimizer, recent, "update", opened);
        this.variables = learns
                ? FlatVariables.withMoments(session, step.variables())
                : FlatVariables.of(session, step.variables());
        Executable executable = program.executable();
        this.inputs = (learns
                        ? step.variables().changing().stream().map(StepGraph::newValue)
                        : step.variables().results().stream())
                .mapToInt(executable::inputIndex)
                .toArray();
        executable.input(executable.inputIndex(StepGraph.LOSS), loss);
    }

    StepProgram program() {
        return program;
    }

    FlatVariables variables() {
        return variables;
    }

    /** Whether there are movements of parameters in the place of gradients. */
    boolean takesOver() {
        return takesOver;
    }

    /**
     * Learns from what was computed elsewhere.
     *
     * @param number of the step, from 1
     * @param update the number that its learning rate follows from
     */
    StepResult run(GradientSource.Means means, long number, long update) {
        if (means.notFinite() != null) {
            throw program.notFinite(number, optimizer.learningRate(update), means.loss(), means.notFinite());
        }
        loss.set(0, means.loss());
        variables.results(means.values(), (array, index) -> program.executable().input(inputs[index], array));
        if (!program.compute(number, number, optimizer.update(number))) {
            throw program.notFinite(
                    number,
                    optimizer.learningRate(update),
                    means.loss(),
                    "what was computed elsewhere is not finite" + where());
        }
        return program.result(number);
    }

    /** The parameters whose gradients are not finite, though that of each part of the batch may have been. */
    private String where() {
        List<String> names = program.norms().parameters();
        NDArray norms = program.norms().ofParameters();
        return IntStream.range(0, names.size())
                .filter(i -> !Double.isFinite(norms.get(i)))
                .mapToObj(names::get)
                .limit(6)
                .collect(Collectors.joining(", ", ": ", ""));
    }
}
