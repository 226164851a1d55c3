package dev.baton.composite;

import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * One step of an optimizer over all parameters. Inputs: the finite flag, some scalars (the learning rate first), then
 * for each parameter its state (the parameter itself first) and its gradient. Outputs: the new state of each parameter;
 * the old one where the flag is false.
 */
public abstract class Update extends Composite {

    private final int scalars;

    Update(String label, int scalars) {
        super(label);
        this.scalars = scalars;
    }

    /** How many values the optimizer keeps for a parameter, the parameter itself among them. */
    public abstract int states(Attributes attributes);

    /** How many scalars stand between the flag and the first parameter. */
    public final int scalars() {
        return scalars;
    }

    /** Which input is the old value of an output. */
    public final int stateInput(int output, Attributes attributes) {
        int states = states(attributes);
        return 1 + scalars + output / states * (states + 1) + output % states;
    }

    @Override
    public final int overwritten(int output, Attributes attributes) {
        return stateInput(output, attributes);
    }

    /** How many parameters a node of so many inputs updates. */
    public final int parameters(int inputs, Attributes attributes) {
        return (inputs - 1 - scalars) / (states(attributes) + 1);
    }

    @Override
    public final List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        var types = new ArrayList<TensorType>();
        int states = states(attributes);
        for (int i = 0; i < parameters(inputs.size(), attributes); i++) {
            int first = 1 + scalars + i * (states + 1);
            types.addAll(inputs.subList(first, first + states));
        }
        return types;
    }

    @Override
    public final List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        var outputs = new ArrayList<Value>();
        int states = states(attributes);
        for (int i = 0; i < parameters(inputs.size(), attributes); i++) {
            int first = 1 + scalars + i * (states + 1);
            List<Value> before = inputs.subList(first, first + states);
            Value gradient = inputs.get(first + states);
            List<Value> scalarValues = inputs.subList(1, 1 + scalars);
            List<Value> after = step(new Step(emit, scalarValues, attributes), before, gradient);
            Value finite = emit.broadcast(inputs.get(0), gradient.shape());
            for (int j = 0; j < states; j++) {
                outputs.add(emit.select(finite, after.get(j), before.get(j)));
            }
        }
        return outputs;
    }

    /** The new state of one parameter. */
    abstract List<Value> step(Step step, List<Value> before, Value gradient);

    /** What the rule of one parameter may use. */
    record Step(Emitter emit, List<Value> scalars, Attributes attributes) {

        /** A scalar repeated to the shape of a value. */
        Value scalar(int index, Value like) {
            return emit.broadcast(scalars.get(index), like.shape());
        }

        /** The gradient plus a share of the weight; the gradient itself where the share is 0. */
        Value decayed(double decay, Value weight, Value gradient) {
            return decay > 0 ? scaledSum(decay, weight, gradient) : gradient;
        }

        /** sqrt(x) + epsilon. */
        Value rootPlus(double epsilon, Value x) {
            return emit.add(emit.apply(Primitive.SQRT, x), emit.fullLike(x, epsilon));
        }

        /** factor * a + b. */
        Value scaledSum(double factor, Value a, Value b) {
            return emit.add(emit.mul(a, factor), b);
        }
    }
}
