package dev.baton.composite;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A recurrence over a whole sequence. What the steps take from their inputs is computed before, for all steps at once,
 * by an ordinary matrix product: <em>projected</em> is x W + b, [N, T, gates H]. What is left is the part in which a
 * step waits for the one before. Its definition is unrolled in primitives.
 */
public abstract class Recurrence extends Composite {

    /** The attribute that is true where the last step comes first. */
    public static final String REVERSE = "reverse";

    Recurrence(String label) {
        super(label);
    }

    /** The attributes of a recurrence in one of its two directions. */
    public static Attributes direction(boolean reverse) {
        return Attributes.of(REVERSE, reverse);
    }

    /** Those of one step, so many times: a definition of thousands of steps is not traced for it. */
    @Override
    public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
        List<TensorType> one = inputs.stream()
                .map(type ->
                        type.shape().rank() == 3 ? type.withShape(type.shape().with(1, Dim.of(1))) : type)
                .toList();
        return inputs.get(0).shape().size(1) * traceDefinition(one, attributes).operations();
    }

    /** The number of steps of values [N, T, ...]. */
    static int length(Value sequence) {
        return Math.toIntExact(sequence.shape().size(1));
    }

    /** The numbers of the steps in the order in which they run. */
    static int[] order(Value sequence, Attributes attributes) {
        var order = new int[length(sequence)];
        Arrays.setAll(order, i -> attributes.flag(REVERSE) ? order.length - 1 - i : i);
        return order;
    }

    /** The values of one step: [N, T, F] -> [N, F]. */
    static Value at(Emitter emit, Value sequence, int step) {
        return emit.reshape(
                emit.slice(sequence, 1, step, step + 1), sequence.shape().without(1));
    }

    /** The values of all steps, by their numbers: [N, F] each -> [N, T, F]. */
    static Value sequence(Emitter emit, Value[] steps) {
        Shape one = steps[0].shape();
        Shape shape = Shape.of(List.of(one.dim(0), Dim.of(1), one.dim(1)));
        return emit.concat(
                1, Arrays.stream(steps).map(step -> emit.reshape(step, shape)).toArray(Value[]::new));
    }

    /** One of the gates that lie side by side: [N, gates H] -> [N, H]. */
    static Value gate(Emitter emit, Value gates, int index, long hidden) {
        return emit.slice(gates, 1, index * hidden, (index + 1) * hidden);
    }

    /** What each step starts with: [N, T, H] as the steps left it and [N, H] before the first -> [N, T, H]. */
    static Value before(Emitter emit, Value after, Value first, Attributes attributes) {
        Value start = sequence(emit, new Value[] {first});
        int steps = length(after);
        if (steps == 1) {
            return start;
        }
        return attributes.flag(REVERSE)
                ? emit.concat(1, emit.slice(after, 1, 1, steps), start)
                : emit.concat(1, start, emit.slice(after, 1, 0, steps - 1));
    }

    /** The gradient of the recurrent weights, all steps at once: [N, T, H] and [N, T, gates H] -> [H, gates H]. */
    static Value weightGradient(Emitter emit, Value before, Value gradient) {
        return emit.matmul(rows(emit, before), rows(emit, gradient), true, false);
    }

    /** [N, T, F] -> [N T, F]. */
    static Value rows(Emitter emit, Value sequence) {
        Shape shape = sequence.shape();
        return emit.reshape(sequence, Shape.of(List.of(shape.dim(0).times(shape.dim(1)), shape.dim(2))));
    }

    /** All gates of one step: [N, T, gates H] -> so many times [N, H]. */
    static Value[] gates(Emitter emit, Value sequence, int step, int count, long hidden) {
        Value sideBySide = at(emit, sequence, step);
        var gates = new Value[count];
        Arrays.setAll(gates, index -> gate(emit, sideBySide, index, hidden));
        return gates;
    }

    /** a + b, where b may be null. */
    static Value sum(Emitter emit, Value a, Value b) {
        return b == null ? a : emit.add(a, b);
    }

    /** The outputs of another composite. */
    static List<Value> apply(Emitter emit, Composite composite, Attributes attributes, List<Value> inputs) {
        Node node = emit.builder().add(composite, inputs, attributes);
        return IntStream.range(0, node.outputs().size()).mapToObj(node::output).toList();
    }

    /** x (1 - x), the derivative of the sigmoid by its result. */
    static Value sigmoidSlope(Emitter emit, Value result) {
        return emit.mul(result, emit.sub(emit.fullLike(result, 1), result));
    }

    /** 1 - x^2, the derivative of tanh by its result. */
    static Value tanhSlope(Emitter emit, Value result) {
        return emit.sub(emit.fullLike(result, 1), emit.mul(result, result));
    }

    static Value sigmoid(Emitter emit, Value x) {
        return emit.apply(Primitive.SIGMOID, x);
    }

    static Value tanh(Emitter emit, Value x) {
        return emit.apply(Primitive.TANH, x);
    }

    /**
     * Checks what every recurrence takes first.
     *
     * @param gates how many there are
     * @param states how many states [N, H] follow the projected inputs
     * @return the number of hidden units
     */
    static long check(List<TensorType> inputs, int gates, int states) {
        Shape projected = inputs.get(0).shape();
        Shape weight = inputs.get(1 + states).shape();
        boolean fits = projected.rank() == 3
                && weight.rank() == 2
                && projected.dim(1).isFixed()
                && projected.size(1) >= 1
                && projected.dim(2).equals(weight.dim(1))
                && weight.size(1) == gates * weight.size(0)
                && inputs.get(0).dtype().isFloating();
        Shape state = fits ? Shape.of(List.of(projected.dim(0), weight.dim(0))) : null;
        for (int i = 1; fits && i <= states; i++) {
            fits = inputs.get(i).shape().equals(state);
        }
        if (!fits
                || inputs.stream()
                        .anyMatch(type -> type.dtype() != inputs.get(0).dtype())) {
            throw new ShapeException(
                    "takes floating-point projected inputs [N, T, " + gates + " H] of at least one step, "
                            + (states == 1 ? "a state" : states + " states") + " [N, H] and weights [H, " + gates
                            + " H], not " + inputs);
        }
        return weight.size(0);
    }
}
