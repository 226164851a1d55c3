package dev.baton.onnx.read;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.composite.Gru;
import dev.baton.composite.Lstm;
import dev.baton.composite.Recurrence;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.onnx.format.AttributeDef;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/** Recurrences, in one direction or two. */
final class RecurrentOperators {

    /** Where the gates of the format stand here: input, forget, cell, output; reset, update, new. */
    private static final int[] LSTM_GATES = {0, 2, 3, 1};

    private static final int[] GRU_GATES = {1, 0, 2};
    private static final int[] ONE_GATE = {0};

    private RecurrentOperators() {}

    static void addTo(BiConsumer<String, Operators.Operator> all) {
        all.accept("LSTM", call -> {
            requireDefaults(call, "Sigmoid", "Tanh", "Tanh");
            if (call.flag("input_forget") || call.has(7)) {
                throw call.refuse("peepholes and coupled gates");
            }
            return run(call, LSTM_GATES, 2, RecurrentOperators::lstm);
        });
        all.accept("GRU", call -> {
            requireDefaults(call, "Sigmoid", "Tanh");
            return run(
                    call,
                    GRU_GATES,
                    1,
                    call.flag("linear_before_reset") ? RecurrentOperators::gru : (c, d) -> resetBefore(c, d));
        });
        all.accept("RNN", call -> {
            requireDefaults(call, "Tanh");
            return run(call, ONE_GATE, 1, RecurrentOperators::simple);
        });
    }

    /** Only the usual activations, and none that is clipped. */
    private static void requireDefaults(Call call, String... usual) {
        if (call.hasAttribute("clip")) {
            throw call.refuse("clipped activations");
        }
        AttributeDef activations = call.node().attributes().get("activations");
        if (activations == null) {
            return;
        }
        for (int i = 0; i < activations.getTextsCount(); i++) {
            String name = activations.getTexts(i).toStringUtf8();
            if (!name.equals(usual[i % usual.length])) {
                throw call.refuse("other activations than " + Arrays.toString(usual) + ": " + name);
            }
        }
    }

    /**
     * One direction.
     *
     * @param x [N, T, F]
     * @param weight [F, gates H]
     * @param recurrent [H, gates H]
     * @param bias of the inputs, [gates H]
     * @param recurrentBias [gates H]
     * @param states [N, H] each
     */
    private record Direction(
            Tensor x,
            Tensor weight,
            Tensor recurrent,
            Tensor bias,
            Tensor recurrentBias,
            List<Tensor> states,
            boolean reverse) {

        /** What all steps take from their inputs, [N, T, gates H]. As rows, so that the bias joins the product. */
        Tensor projected(Tensor bias) {
            Shape shape = x.shape();
            Tensor rows = x.reshape(Shape.of(List.of(shape.dim(0).times(shape.dim(1)), shape.dim(2))));
            Tensor projected = rows.matmul(weight).add(bias);
            return projected.reshape(shape.with(2, projected.shape().dim(1)));
        }

        long hidden() {
            return recurrent.shape().size(0);
        }

        int steps() {
            return Math.toIntExact(x.shape().size(1));
        }

        Tensor last(Tensor sequence) {
            int step = reverse ? 0 : steps() - 1;
            return at(sequence, step);
        }
    }

    /** Outputs [N, T, H] of one direction, and each state after the last step, [N, H]. */
    private record Pass(Tensor outputs, List<Tensor> states) {}

    @FunctionalInterface
    private interface Runner {
        Pass run(Call call, Direction direction);
    }

    private static Tensor at(Tensor sequence, int step) {
        return sequence.slice(1, step, step + 1).reshape(sequence.shape().without(1));
    }

    private static List<Item> run(Call call, int[] gates, int states, Runner runner) {
        boolean batchFirst = call.flag("layout");
        Tensor x = batchFirst ? call.tensor(0) : call.tensor(0).transpose(1, 0, 2);
        if (x.shape().rank() != 3) {
            throw call.refuse("takes sequences, not " + call.tensor(0).shape());
        }
        requireWholeSequences(call, x.shape().size(1));
        String way = call.text("direction", "forward");
        int directions = way.equals("bidirectional") ? 2 : 1;
        var outputs = new ArrayList<Tensor>();
        List<List<Tensor>> last = new ArrayList<>();
        for (int i = 0; i < directions; i++) {
            boolean reverse = i == 1 || way.equals("reverse");
            Pass pass = runner.run(call, direction(call, x, i, gates, states, reverse, batchFirst));
            outputs.add(pass.outputs());
            last.add(pass.states());
        }
        var results = new ArrayList<Item>();
        results.add(Item.of(sideBySide(outputs, batchFirst)));
        for (int state = 0; state < states; state++) {
            int own = state;
            results.add(Item.of(stacked(last.stream().map(all -> all.get(own)).toList(), batchFirst)));
        }
        return results;
    }

    private static void requireWholeSequences(Call call, long steps) {
        if (call.has(4)) {
            for (long length : call.longs(4, "the lengths")) {
                if (length != steps) {
                    throw call.refuse("sequences of " + length + " steps among those of " + steps);
                }
            }
        }
    }

    private static Direction direction(
            Call call, Tensor x, int index, int[] gates, int states, boolean reverse, boolean batchFirst) {
        Tensor weight = own(call.tensor(1), index);
        Tensor recurrent = own(call.tensor(2), index);
        long hidden = recurrent.shape().size(1);
        long width = gates.length * hidden;
        Tensor zeros = full(call, x, Shape.of(width));
        Tensor bias = call.has(3) ? own(call.tensor(3), index).slice(0, 0, width) : zeros;
        Tensor recurrentBias = call.has(3) ? own(call.tensor(3), index).slice(0, width, 2 * width) : zeros;
        var first = new ArrayList<Tensor>();
        for (int state = 0; state < states; state++) {
            int input = 5 + state;
            Shape shape = Shape.of(List.of(x.shape().dim(0), Dim.of(hidden)));
            if (!call.has(input)) {
                first.add(full(call, x, shape));
            } else {
                Tensor given = call.tensor(input);
                first.add(own(batchFirst ? given.transpose(1, 0, 2) : given, index)
                        .reshape(shape));
            }
        }
        return new Direction(
                x,
                reordered(weight, gates, hidden).transpose(1, 0),
                reordered(recurrent, gates, hidden).transpose(1, 0),
                reordered(bias, gates, hidden),
                reordered(recurrentBias, gates, hidden),
                first,
                reverse);
    }

    private static Tensor full(Call call, Tensor like, Shape shape) {
        return call.wrap(new Emitter(call.graph()).full(new TensorType(like.dtype(), shape), 0));
    }

    /** What one direction has of all. */
    private static Tensor own(Tensor all, int index) {
        return all.slice(0, index, index + 1).reshape(all.shape().without(0));
    }

    private static Tensor reordered(Tensor x, int[] gates, long hidden) {
        if (gates.length == 1) {
            return x;
        }
        Tensor[] parts = Arrays.stream(gates)
                .mapToObj(gate -> x.slice(0, gate * hidden, (gate + 1) * hidden))
                .toArray(Tensor[]::new);
        return Tensor.concat(0, parts[0], Arrays.copyOfRange(parts, 1, parts.length));
    }

    /** [N, T, H] of each direction to [T, directions, N, H], or [N, T, directions, H]. */
    private static Tensor sideBySide(List<Tensor> outputs, boolean batchFirst) {
        Tensor[] placed = outputs.stream()
                .map(one -> {
                    Shape shape = one.shape();
                    Tensor apart = one.reshape(Shape.of(List.of(shape.dim(0), shape.dim(1), Dim.of(1), shape.dim(2))));
                    return batchFirst ? apart : apart.transpose(1, 2, 0, 3);
                })
                .toArray(Tensor[]::new);
        return Tensor.concat(batchFirst ? 2 : 1, placed[0], Arrays.copyOfRange(placed, 1, placed.length));
    }

    /** [N, H] of each direction to [directions, N, H], or [N, directions, H]. */
    private static Tensor stacked(List<Tensor> states, boolean batchFirst) {
        Tensor[] placed = states.stream()
                .map(one -> one.reshape(one.shape().prepend(Dim.of(1))))
                .map(one -> batchFirst ? one.transpose(1, 0, 2) : one)
                .toArray(Tensor[]::new);
        return Tensor.concat(batchFirst ? 1 : 0, placed[0], Arrays.copyOfRange(placed, 1, placed.length));
    }

    private static List<Tensor> apply(Call call, Recurrence recurrence, Direction direction, Tensor... inputs) {
        List<Value> values = Arrays.stream(inputs).map(Tensor::value).toList();
        Attributes attributes = Recurrence.direction(direction.reverse());
        Node node = call.graph().add(recurrence, values, attributes);
        return IntStream.range(0, node.outputs().size())
                .mapToObj(output -> call.wrap(node.output(output)))
                .toList();
    }

    private static Pass lstm(Call call, Direction direction) {
        Tensor projected = direction.projected(direction.bias().add(direction.recurrentBias()));
        List<Tensor> states = direction.states();
        List<Tensor> results =
                apply(call, Lstm.FORWARD, direction, projected, states.get(0), states.get(1), direction.recurrent());
        return new Pass(results.get(0), List.of(direction.last(results.get(0)), direction.last(results.get(1))));
    }

    private static Pass gru(Call call, Direction direction) {
        List<Tensor> results = apply(
                call,
                Gru.FORWARD,
                direction,
                direction.projected(direction.bias()),
                direction.states().get(0),
                direction.recurrent(),
                direction.recurrentBias());
        return new Pass(results.get(0), List.of(direction.last(results.get(0))));
    }

    /** One step: from the inputs of the step [N, gates H] and the state [N, H] to the next state. */
    @FunctionalInterface
    private interface Step {
        Tensor next(Tensor inputs, Tensor state);
    }

    private static Pass unrolled(Direction direction, Tensor projected, Step step) {
        int steps = direction.steps();
        var outputs = new Tensor[steps];
        Tensor state = direction.states().get(0);
        for (int i = 0; i < steps; i++) {
            int at = direction.reverse() ? steps - 1 - i : i;
            state = step.next(at(projected, at), state);
            Shape shape = state.shape();
            outputs[at] = state.reshape(Shape.of(List.of(shape.dim(0), Dim.of(1), shape.dim(1))));
        }
        return new Pass(Tensor.concat(1, outputs[0], Arrays.copyOfRange(outputs, 1, steps)), List.of(state));
    }

    private static Pass simple(Call call, Direction direction) {
        Tensor projected = direction.projected(direction.bias().add(direction.recurrentBias()));
        return unrolled(
                direction,
                projected,
                (inputs, state) ->
                        inputs.add(state.matmul(direction.recurrent())).tanh());
    }

    /** Gated recurrent units whose reset gate is applied before the product with the state. */
    private static Pass resetBefore(Call call, Direction direction) {
        long hidden = direction.hidden();
        Tensor projected = direction.projected(direction.bias().add(direction.recurrentBias()));
        Tensor gateWeights = direction.recurrent().slice(1, 0, 2 * hidden);
        Tensor newWeights = direction.recurrent().slice(1, 2 * hidden, 3 * hidden);
        return unrolled(direction, projected, (inputs, state) -> {
            Tensor gates = inputs.slice(1, 0, 2 * hidden)
                    .add(state.matmul(gateWeights))
                    .sigmoid();
            Tensor reset = gates.slice(1, 0, hidden);
            Tensor update = gates.slice(1, hidden, 2 * hidden);
            Tensor fresh = inputs.slice(1, 2 * hidden, 3 * hidden)
                    .add(reset.multiply(state).matmul(newWeights))
                    .tanh();
            return fresh.add(update.multiply(state.subtract(fresh)));
        });
    }
}
