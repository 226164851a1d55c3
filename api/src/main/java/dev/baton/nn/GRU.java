package dev.baton.nn;

import dev.baton.composite.Gru;
import dev.baton.tensor.Tensor;
import java.util.List;

/**
 * Gated recurrent units (Cho et al. 2014) in PyTorch's form: sequences [N, T, inputs] -> the hidden states [N, T, hidden]
 * of the last layer after each step; of both directions side by side, [N, T, 2 hidden], where there are two. Gates stand
 * in PyTorch's order (reset, update, new), so that files of weights can be exchanged.
 */
public final class GRU extends Recurrent {

    /**
     * The outputs [N, T, directions hidden], and what is remembered after the last step, of every layer and direction:
     * [layers directions, N, hidden].
     */
    public record Result(Tensor outputs, Tensor hidden) {}

    /** One layer, read forwards. */
    public GRU(long inputs, long hidden) {
        this(inputs, hidden, RecurrentLayers.of(1));
    }

    public GRU(long inputs, long hidden, RecurrentLayers layers) {
        super(inputs, hidden, 3, layers);
    }

    @Override
    public Tensor forward(Tensor x) {
        return run(x).outputs();
    }

    /** Outputs and the last state, from a state of zeros. */
    public Result run(Tensor x) {
        return result(run(x, List.of(), 1));
    }

    /** Outputs and the last state, from where another sequence ended. */
    public Result run(Tensor x, Tensor hidden) {
        return result(run(x, List.of(hidden), 1));
    }

    private static Result result(Run run) {
        return new Result(run.outputs(), run.states().get(0));
    }

    @Override
    Pass pass(Direction direction, Tensor x, List<Tensor> states) {
        Tensor projected =
                project(x, direction.inputWeight(), direction.inputBias().in(x));
        Tensor weight = direction.hiddenWeight().in(x);
        Tensor bias = direction.hiddenBias().in(x);
        List<Tensor> results = apply(Gru.FORWARD, direction.reverse(), projected, states.get(0), weight, bias);
        return new Pass(results.get(0), List.of(last(results.get(0), direction.reverse())));
    }
}
