package dev.baton.composite;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;

/**
 * The recurrence of gated recurrent units (Cho et al. 2014) in PyTorch's form, where the reset gate is applied after the
 * product: projected inputs [N, T, 3H], hidden state [N, H] before the first step, weights [H, 3H], bias [3H] -> the
 * hidden states [N, T, H] after each step, and the saved gates [N, T, 4H]: r, z, n and what r is multiplied with. At
 * each step, with the thirds of h W + bias,
 *
 * <pre>
 * r, z = sigmoid of projected + (h W + bias)
 * n = tanh(projected + r (h W + bias))
 * h = (1 - z) n + z h
 * </pre>
 */
public final class Gru extends Recurrence {

    public static final Gru FORWARD = new Gru();
    public static final Backward BACKWARD = new Backward();

    private static final int GATES = 3;
    private static final int SAVED = 4;

    private Gru() {
        super("gru");
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        if (inputs.size() != 4) {
            throw new ShapeException("takes projected inputs, a hidden state, weights and a bias");
        }
        long hidden = check(inputs, GATES, 1);
        TensorType projected = inputs.get(0);
        if (!inputs.get(3).shape().equals(Shape.of(GATES * hidden))) {
            throw new ShapeException(
                    "the bias is [" + GATES * hidden + "], not " + inputs.get(3).shape());
        }
        return List.of(
                projected.withShape(projected.shape().with(2, Dim.of(hidden))),
                projected.withShape(projected.shape().with(2, Dim.of(SAVED * hidden))));
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        Value projected = inputs.get(0);
        Value h = inputs.get(1);
        Value weight = inputs.get(2);
        long hidden = weight.shape().size(0);
        var outputs = new Value[length(projected)];
        var gates = new Value[outputs.length];
        for (int step : order(projected, attributes)) {
            Value from = at(emit, projected, step);
            Value product = emit.matmul(h, weight, false, false);
            Value recurrent = emit.add(product, emit.broadcast(inputs.get(3), product.shape()));
            Value r = sigmoid(emit, emit.add(gate(emit, from, 0, hidden), gate(emit, recurrent, 0, hidden)));
            Value z = sigmoid(emit, emit.add(gate(emit, from, 1, hidden), gate(emit, recurrent, 1, hidden)));
            Value candidate = gate(emit, recurrent, 2, hidden);
            Value n = tanh(emit, emit.add(gate(emit, from, 2, hidden), emit.mul(r, candidate)));
            h = emit.add(emit.mul(emit.sub(emit.fullLike(z, 1), z), n), emit.mul(z, h));
            outputs[step] = h;
            gates[step] = emit.concat(1, r, z, n, candidate);
        }
        return List.of(sequence(emit, outputs), sequence(emit, gates));
    }

    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            Value byOutputs = upstream.get(0) != null
                    ? upstream.get(0)
                    : emit.full(node.outputs().get(0), 0);
            Value before = before(emit, node.output(0), node.input(1), node.attributes());
            List<Value> inputs = List.of(node.output(1), before, node.input(2), byOutputs);
            List<Value> gradients = upstream.get(1) == null
                    ? apply(emit, BACKWARD, node.attributes(), inputs)
                    : BACKWARD.define(emit, inputs, upstream.get(1), node.attributes());
            Value byRecurrent = gradients.get(1);
            return List.of(
                    gradients.get(0),
                    gradients.get(2),
                    weightGradient(emit, before, byRecurrent),
                    emit.sum(byRecurrent, 0, 1));
        };
    }

    /**
     * Gates [N, T, 4H], the hidden state before each step [N, T, H], weights [H, 3H], the gradient of the hidden states
     * [N, T, H] -> the gradients of the projected inputs [N, T, 3H], of h W + bias [N, T, 3H] and of the first hidden
     * state [N, H].
     */
    public static final class Backward extends Recurrence {

        private Backward() {
            super("gru backward");
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
            if (inputs.size() != 4) {
                throw new ShapeException("takes gates, hidden states, weights and a gradient");
            }
            TensorType before = inputs.get(1);
            TensorType state = before.withShape(before.shape().without(1));
            long hidden = state.shape().size(1);
            TensorType projected = before.withShape(before.shape().with(2, Dim.of(GATES * hidden)));
            TensorType gates = before.withShape(before.shape().with(2, Dim.of(SAVED * hidden)));
            if (!inputs.get(0).equals(gates) || !inputs.get(3).equals(before)) {
                throw new ShapeException("the gates, the hidden states and the gradient do not fit: " + inputs);
            }
            check(List.of(projected, state, inputs.get(2)), GATES, 1);
            return List.of(projected, projected, state);
        }

        @Override
        public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
            return define(emit, inputs, null, attributes);
        }

        /**
         * @param byGates a gradient that arrives at the gates themselves; null where there is none
         */
        private List<Value> define(Emitter emit, List<Value> inputs, Value byGates, Attributes attributes) {
            Value weight = inputs.get(2);
            long hidden = weight.shape().size(0);
            int[] order = order(inputs.get(0), attributes);
            var byProjected = new Value[order.length];
            var byRecurrent = new Value[order.length];
            Value byHidden = null;
            for (int i = order.length - 1; i >= 0; i--) {
                int step = order[i];
                Value[] gates = gates(emit, inputs.get(0), step, SAVED, hidden);
                Value r = gates[0];
                Value z = gates[1];
                Value n = gates[2];
                Value h = sum(emit, at(emit, inputs.get(3), step), byHidden);
                Value before = at(emit, inputs.get(1), step);
                Value[] more = byGates == null ? new Value[SAVED] : gates(emit, byGates, step, SAVED, hidden);
                Value byN = sum(emit, emit.mul(h, emit.sub(emit.fullLike(z, 1), z)), more[2]);
                Value inTanh = emit.mul(byN, tanhSlope(emit, n));
                Value byZ = sum(emit, emit.mul(h, emit.sub(before, n)), more[1]);
                Value inZ = emit.mul(byZ, sigmoidSlope(emit, z));
                Value byR = sum(emit, emit.mul(inTanh, gates[3]), more[0]);
                Value inR = emit.mul(byR, sigmoidSlope(emit, r));
                Value byCandidate = sum(emit, emit.mul(inTanh, r), more[3]);
                byProjected[step] = emit.concat(1, inR, inZ, inTanh);
                byRecurrent[step] = emit.concat(1, inR, inZ, byCandidate);
                byHidden = emit.add(emit.mul(h, z), emit.matmul(byRecurrent[step], weight, false, true));
            }
            return List.of(sequence(emit, byProjected), sequence(emit, byRecurrent), byHidden);
        }
    }
}
