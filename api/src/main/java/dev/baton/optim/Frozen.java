package dev.baton.optim;

import dev.baton.nn.Parameter;
import java.util.List;
import java.util.function.Predicate;

/** An optimizer that leaves some parameters as they are. */
final class Frozen extends Wrapped {

    private final Predicate<Parameter> frozen;

    Frozen(Optimizer optimizer, Predicate<Parameter> frozen) {
        super(optimizer);
        this.frozen = frozen;
    }

    @Override
    public List<Parameter> learnt(List<Parameter> parameters) {
        Parameters.requireSome("what is frozen", frozen, parameters);
        return super.learnt(parameters).stream().filter(frozen.negate()).toList();
    }
}
