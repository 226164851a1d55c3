package dev.baton.nn;

import dev.baton.composite.Lstm;
import dev.baton.tensor.Tensor;
import java.util.List;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997): sequences [N, T, inputs] -> the hidden states [N, T, hidden]
 * of the last layer after each step; of both directions side by side, [N, T, 2 hidden], where there are two. Gates stand
 * in PyTorch's order (input, forget, cell, output), so that files of weights can be exchanged.
 */
public final class LSTM extends Recurrent {

    /** What the layers remember, of every layer and direction: each [layers directions, N, hidden]. */
    public record State(Tensor hidden, Tensor cell) {}

    /** The outputs [N, T, directions hidden], and what is remembered after the last step. */
    public record Result(Tensor outputs, State state) {}

    /** One layer, read forwards. */
    public LSTM(long inputs, long hidden) {
        this(inputs, hidden, RecurrentLayers.of(1));
    }

    public LSTM(long inputs, long hidden, RecurrentLayers layers) {
        super(inputs, hidden, 4, layers);
    }

    @Override
    public Tensor forward(Tensor x) {
        return run(x).outputs();
    }

    /** Outputs and the last state, from a state of zeros. */
    public Result run(Tensor x) {
        return result(run(x, List.of(), 2));
    }

    /** Outputs and the last state, from where another sequence ended. */
    public Result run(Tensor x, State start) {
        return result(run(x, List.of(start.hidden(), start.cell()), 2));
    }

    private static Result result(Run run) {
        return new Result(
                run.outputs(), new State(run.states().get(0), run.states().get(1)));
    }

    @Override
    Pass pass(Direction direction, Tensor x, List<Tensor> states) {
        Tensor bias = direction.inputBias().in(x).add(direction.hiddenBias().in(x));
        Tensor projected = project(x, direction.inputWeight(), bias);
        Tensor weight = direction.hiddenWeight().in(x);
        List<Tensor> results =
                apply(Lstm.FORWARD, direction.reverse(), projected, states.get(0), states.get(1), weight);
        Tensor hidden = last(results.get(0), direction.reverse());
        Tensor cell = last(results.get(1), direction.reverse());
        return new Pass(results.get(0), List.of(hidden, cell));
    }
}
