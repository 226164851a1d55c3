package dev.baton.nn;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.Recurrence;
import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Recurrent layers above each other, in one direction or two. Names, shapes in files and first values of the parameters
 * are PyTorch's: everything starts uniform within 1 / sqrt(H).
 */
abstract class Recurrent extends Layer {

    /** One layer in one direction. */
    record Direction(
            Parameter inputWeight,
            Parameter hiddenWeight,
            Parameter inputBias,
            Parameter hiddenBias,
            boolean reverse) {}

    /** What one layer gives in one direction: outputs [N, T, H] and each of its states [N, H] after the last step. */
    record Pass(Tensor outputs, List<Tensor> states) {}

    /** What all layers give: outputs [N, T, directions H] and each state [layers directions, N, H]. */
    record Run(Tensor outputs, List<Tensor> states) {}

    private final long inputs;
    private final long hidden;
    private final RecurrentLayers layers;
    private final List<Direction> directions = new ArrayList<>();
    private final Dropout between;

    Recurrent(long inputs, long hidden, int gates, RecurrentLayers layers) {
        if (inputs < 1 || hidden < 1) {
            throw new ShapeException(getClass().getSimpleName() + " needs at least one input and one hidden unit, not "
                    + inputs + " -> " + hidden);
        }
        this.inputs = inputs;
        this.hidden = hidden;
        this.layers = layers;
        for (int layer = 0; layer < layers.count(); layer++) {
            for (int direction = 0; direction < layers.directions(); direction++) {
                long below = layer == 0 ? inputs : layers.directions() * hidden;
                directions.add(direction("_l" + layer, below, gates * hidden, direction == 1));
            }
        }
        this.between = layers.rate() == 0 ? null : child("dropout", new Dropout(layers.rate()));
    }

    private Direction direction(String layer, long below, long width, boolean reverse) {
        String name = reverse ? layer + "_reverse" : layer;
        Initializer first = Initializers.fanIn(hidden);
        return new Direction(
                parameter("weight_ih" + name, Shape.of(below, width), first, Parameter.FileLayout.TRANSPOSED),
                parameter("weight_hh" + name, Shape.of(hidden, width), first, Parameter.FileLayout.TRANSPOSED),
                parameter("bias_ih" + name, Shape.of(width), first),
                parameter("bias_hh" + name, Shape.of(width), first),
                reverse);
    }

    /**
     * One layer in one direction.
     *
     * @param x [N, T, F]
     * @param states before the first step, [N, H] each
     */
    abstract Pass pass(Direction direction, Tensor x, List<Tensor> states);

    /**
     * All layers.
     *
     * @param start each state before the first step, [layers directions, N, H]; empty for zeros
     * @param count how many states there are
     */
    final Run run(Tensor x, List<Tensor> start, int count) {
        if (x.shape().rank() != 3
                || !x.shape().dim(2).equals(Dim.of(inputs))
                || !x.shape().dim(1).isFixed()) {
            throw x.graph().shapeError(describe() + " takes sequences [N, T, " + inputs + "], not " + x.shape());
        }
        var run = new Run[1];
        inLayer(x, () -> {
            run[0] = runInLayer(x, start, count);
            return run[0].outputs();
        });
        return run[0];
    }

    private Run runInLayer(Tensor x, List<Tensor> start, int count) {
        List<List<Tensor>> last = new ArrayList<>();
        Tensor outputs = x;
        for (int layer = 0; layer < layers.count(); layer++) {
            if (layer > 0 && between != null) {
                outputs = trace(between, outputs);
            }
            var halves = new ArrayList<Tensor>();
            for (int direction = 0; direction < layers.directions(); direction++) {
                int index = layer * layers.directions() + direction;
                Pass pass = pass(directions.get(index), outputs, first(x, start, count, index));
                halves.add(pass.outputs());
                last.add(pass.states());
            }
            outputs = halves.size() == 1 ? halves.get(0) : Tensor.concat(2, halves.get(0), halves.get(1));
        }
        return new Run(
                outputs,
                IntStream.range(0, count).mapToObj(state -> stack(last, state)).toList());
    }

    private List<Tensor> first(Tensor x, List<Tensor> start, int count, int index) {
        Shape shape = Shape.of(List.of(x.shape().dim(0), Dim.of(hidden)));
        if (start.isEmpty()) {
            Value zero = new Emitter(x.graph()).full(new TensorType(x.dtype(), shape), 0);
            return Collections.nCopies(count, Tensor.of(x.graph(), zero));
        }
        Shape wanted = shape.prepend(Dim.of(directions.size()));
        for (Tensor state : start) {
            if (!state.shape().equals(wanted)) {
                throw x.graph().shapeError(describe() + " starts from states " + wanted + ", not " + state.shape());
            }
        }
        return start.stream()
                .map(state -> state.slice(0, index, index + 1).reshape(shape))
                .toList();
    }

    /** A state of every layer and direction: [N, H] each -> [layers directions, N, H]. */
    private static Tensor stack(List<List<Tensor>> states, int state) {
        Tensor[] all = states.stream()
                .map(one -> one.get(state))
                .map(one -> one.reshape(one.shape().prepend(Dim.of(1))))
                .toArray(Tensor[]::new);
        return Tensor.concat(0, all[0], Arrays.copyOfRange(all, 1, all.length));
    }

    /** x W + bias for all steps at once: [N, T, F] -> [N, T, gates H]. As rows, so that the bias joins the product. */
    static Tensor project(Tensor x, Parameter weight, Tensor bias) {
        Shape shape = x.shape();
        Tensor rows = x.reshape(Shape.of(List.of(shape.dim(0).times(shape.dim(1)), shape.dim(2))));
        Tensor projected = rows.matmul(weight.in(x)).add(bias);
        return projected.reshape(shape.with(2, projected.shape().dim(1)));
    }

    /** The outputs of a recurrence. */
    static List<Tensor> apply(Recurrence recurrence, boolean reverse, Tensor... inputs) {
        var graph = inputs[0].graph();
        List<Value> values = Arrays.stream(inputs).map(Tensor::value).toList();
        Node node = graph.add(recurrence, values, Recurrence.direction(reverse));
        return IntStream.range(0, node.outputs().size())
                .mapToObj(output -> Tensor.of(graph, node.output(output)))
                .toList();
    }

    /** The values after the last step: [N, T, H] -> [N, H]. */
    static Tensor last(Tensor sequence, boolean reverse) {
        long step = reverse ? 0 : sequence.shape().size(1) - 1;
        return sequence.slice(1, step, step + 1).reshape(sequence.shape().without(1));
    }

    @Override
    protected final String describe() {
        return getClass().getSimpleName() + "(" + inputs + " -> " + hidden + layers.describe() + ")";
    }
}
