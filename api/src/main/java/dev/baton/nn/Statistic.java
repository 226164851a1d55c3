package dev.baton.nn;

import dev.baton.Shape;
import dev.baton.nn.Parameter.FileLayout;
import dev.baton.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * A value of a layer that is gathered in training and not learnt, such as the running mean of batch normalisation. It
 * has no gradient and no optimizer touches it.
 */
public final class Statistic extends LayerVariable {

    Statistic(Layer owner, String name, Shape shape, Initializer initializer) {
        super(owner, name, shape, initializer);
    }

    /** This statistic in the trace that {@code x} belongs to: as it is after what was gathered so far in the step. */
    @Override
    public Tensor in(Tensor x) {
        return Tensor.of(x.graph(), x.graph().latest(read(x.graph())));
    }

    /**
     * Gives this statistic a new value when the step is done; a layer that is used twice in a step gathers twice. Where
     * the step is not finite, the statistic stays as it was.
     *
     * @param gathered from the value so far to the new one
     */
    public void update(Tensor x, UnaryOperator<Tensor> gathered) {
        x.graph().reassign(read(x.graph()), gathered.apply(in(x)).value());
    }

    @Override
    public FileLayout layout() {
        return FileLayout.AS_IS;
    }

    @Override
    String kind() {
        return "statistic";
    }
}
