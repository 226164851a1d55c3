package dev.baton.optim;

import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import dev.baton.nn.Parameter;
import java.util.List;

/** An optimizer that does what another one does, save for what it overrides. */
abstract class Wrapped implements Optimizer {

    private final Optimizer optimizer;

    Wrapped(Optimizer optimizer) {
        this.optimizer = optimizer;
    }

    final Optimizer optimizer() {
        return optimizer;
    }

    @Override
    public void update(Emitter emit, List<Value> parameters, List<Value> gradients, Value finite) {
        optimizer.update(emit, parameters, gradients, finite);
    }

    @Override
    public long update(long step) {
        return optimizer.update(step);
    }

    @Override
    public double learningRate(long step) {
        return optimizer.learningRate(step);
    }

    @Override
    public List<PlateauSchedule> told() {
        return optimizer.told();
    }

    @Override
    public List<Parameter> learnt(List<Parameter> parameters) {
        return optimizer.learnt(parameters);
    }
}
