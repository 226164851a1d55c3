package dev.baton.composite;

import dev.baton.Dim;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The recurrence of a long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000):
 * projected inputs [N, T, 4H], hidden state and cell [N, H] before the first step, weights [H, 4H] -> the hidden states
 * [N, T, H] after each step, and the saved cells [N, T, H] and gates [N, T, 4H]. At each step
 *
 * <pre>
 * i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of projected + h W
 * c = f c + i g
 * h = o tanh(c)
 * </pre>
 */
public final class Lstm extends Recurrence {

    public static final Lstm FORWARD = new Lstm();
    public static final Backward BACKWARD = new Backward();

    private static final int GATES = 4;

    private Lstm() {
        super("lstm");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        if (inputs.size() != 4) {
            throw new ShapeException("takes projected inputs, a hidden state, a cell and weights");
        }
        long hidden = check(inputs, GATES, 2);
        TensorType projected = inputs.get(0);
        TensorType states = projected.withShape(projected.shape().with(2, Dim.of(hidden)));
        return List.of(states, states, projected);
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value projected = inputs.get(0);
        Value h = inputs.get(1);
        Value c = inputs.get(2);
        Value weight = inputs.get(3);
        long hidden = weight.shape().size(0);
        var outputs = new Value[length(projected)];
        var cells = new Value[outputs.length];
        var gates = new Value[outputs.length];
        for (int step : order(projected, attributes)) {
            Value sum = emit.add(at(emit, projected, step), emit.matmul(h, weight, false, false));
            Value i = sigmoid(emit, gate(emit, sum, 0, hidden));
            Value f = sigmoid(emit, gate(emit, sum, 1, hidden));
            Value g = tanh(emit, gate(emit, sum, 2, hidden));
            Value o = sigmoid(emit, gate(emit, sum, 3, hidden));
            c = emit.add(emit.mul(f, c), emit.mul(i, g));
            h = emit.mul(o, tanh(emit, c));
            outputs[step] = h;
            cells[step] = c;
            gates[step] = emit.concat(1, i, f, g, o);
        }
        return List.of(sequence(emit, outputs), sequence(emit, cells), sequence(emit, gates));
    }

    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            Value byOutputs = upstream.get(0) != null
                    ? upstream.get(0)
                    : emit.full(node.outputs().get(0), 0);
            var inputs =
                    new ArrayList<>(List.of(node.output(2), node.output(1), node.input(2), node.input(3), byOutputs));
            if (upstream.get(1) != null) {
                inputs.add(upstream.get(1));
            }
            List<Value> gradients = upstream.get(2) == null
                    ? apply(emit, BACKWARD, node.attributes(), inputs)
                    : BACKWARD.define(emit, inputs, upstream.get(2), node.attributes());
            Value before = before(emit, node.output(0), node.input(1), node.attributes());
            return List.of(
                    gradients.get(0),
                    gradients.get(1),
                    gradients.get(2),
                    weightGradient(emit, before, gradients.get(0)));
        };
    }

    /**
     * Gates [N, T, 4H], cells [N, T, H], the first cell [N, H], weights [H, 4H], the gradient of the hidden states
     * [N, T, H] and, where the cells are used for something else too, that of the cells [N, T, H] -> the gradients of
     * the projected inputs [N, T, 4H] and of the first hidden state and cell [N, H].
     */
    public static final class Backward extends Recurrence {

        private Backward() {
            super("lstm backward");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            if (inputs.size() != 5 && inputs.size() != 6) {
                throw new ShapeException("takes gates, cells, the first cell, weights and one gradient or two");
            }
            TensorType gates = inputs.get(0);
            TensorType state = inputs.get(2);
            TensorType states =
                    gates.withShape(gates.shape().with(2, state.shape().dim(1)));
            boolean fits = inputs.get(1).equals(states)
                    && inputs.subList(4, inputs.size()).stream().allMatch(states::equals);
            if (!fits) {
                throw new ShapeException("the gates, the cells and the gradients do not fit: " + inputs);
            }
            check(List.of(gates, state, inputs.get(3)), GATES, 1);
            return List.of(gates, state, state);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            return define(emit, inputs, null, attributes);
        }

        /**
         * @param byGates a gradient that arrives at the gates themselves; null where there is none
         */
        private List<Value> define(Emitter emit, List<Value> inputs, Value byGates, Attributes attributes) {
            Value weight = inputs.get(3);
            long hidden = weight.shape().size(0);
            int[] order = order(inputs.get(0), attributes);
            var byProjected = new Value[order.length];
            Value byHidden = null;
            Value byCell = null;
            for (int i = order.length - 1; i >= 0; i--) {
                int step = order[i];
                Value[] gates = gates(emit, inputs.get(0), step, GATES, hidden);
                Value before = i == 0 ? inputs.get(2) : at(emit, inputs.get(1), order[i - 1]);
                Value tanh = tanh(emit, at(emit, inputs.get(1), step));
                Value h = sum(emit, at(emit, inputs.get(4), step), byHidden);
                Value c = sum(emit, emit.mul(emit.mul(h, gates[3]), tanhSlope(emit, tanh)), byCell);
                if (inputs.size() > 5) {
                    c = emit.add(c, at(emit, inputs.get(5), step));
                }
                Value[] by = {emit.mul(c, gates[2]), emit.mul(c, before), emit.mul(c, gates[0]), emit.mul(h, tanh)};
                if (byGates != null) {
                    Value[] more = gates(emit, byGates, step, GATES, hidden);
                    for (int gate = 0; gate < GATES; gate++) {
                        by[gate] = emit.add(by[gate], more[gate]);
                    }
                }
                for (int gate = 0; gate < GATES; gate++) {
                    Value slope = gate == 2 ? tanhSlope(emit, gates[2]) : sigmoidSlope(emit, gates[gate]);
                    by[gate] = emit.mul(by[gate], slope);
                }
                byProjected[step] = emit.concat(1, by);
                byHidden = emit.matmul(byProjected[step], weight, false, true);
                byCell = emit.mul(c, gates[1]);
            }
            return List.of(sequence(emit, byProjected), byHidden, byCell);
        }
    }
}
