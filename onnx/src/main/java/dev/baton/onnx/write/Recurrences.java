package dev.baton.onnx.write;

import dev.baton.composite.Gru;
import dev.baton.composite.Lstm;
import dev.baton.composite.Recurrence;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.onnx.write.Translators.Translator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Recurrences over whole sequences. Here the product of the inputs with their weights stands before the recurrence, there
 * it belongs to the operator: where a product stands there, its factors are what the operator gets; where none does, the
 * steps are written one by one.
 */
final class Recurrences {

    static final Map<Operation, Translator> ALL =
            Map.of(Lstm.FORWARD, Recurrences::lstm, Gru.FORWARD, Recurrences::gru);

    /** The format's order of the gates, by their numbers here: input, output, forget, cell; update, reset, new. */
    private static final int[] LSTM_GATES = {0, 3, 1, 2};

    private static final int[] GRU_GATES = {1, 0, 2};

    /** What was multiplied and added: x [N, T, F], weight [F, gates H], bias [gates H]. */
    private record Projection(Value x, Value weight, Value bias) {

        /** Null where the value was made in another way. */
        static Projection of(Value projected) {
            Node reshape = projected.node();
            if (!reshape.is(Primitive.RESHAPE) || !reshape.input(0).node().is(Primitive.ADD)) {
                return null;
            }
            Node sum = reshape.input(0).node();
            Node product = sum.input(0).node();
            Node repeated = sum.input(1).node();
            if (!product.is(Primitive.MATMUL)
                    || product.attributes().flag("transposeA")
                    || product.attributes().flag("transposeB")
                    || !repeated.is(Primitive.BROADCAST)
                    || repeated.input(0).shape().rank() != 1) {
                return null;
            }
            Node rows = product.input(0).node();
            if (!rows.is(Primitive.RESHAPE) || rows.input(0).shape().rank() != 3) {
                return null;
            }
            Value x = rows.input(0);
            boolean steps = x.shape().dim(0).equals(projected.shape().dim(0))
                    && x.shape().dim(1).equals(projected.shape().dim(1));
            return steps && product.input(1).shape().rank() == 2
                    ? new Projection(x, product.input(1), repeated.input(0))
                    : null;
        }
    }

    private Recurrences() {}

    private static boolean lstm(GraphWriter file, Node node) {
        Projection projection = Projection.of(node.input(0));
        List<Node> ends = file.users(node.output(1));
        if (projection == null || ends == null || !areEnds(ends, node) || file.isUsed(node.output(2))) {
            return false;
        }
        var states = List.of(node.input(1), node.input(2));
        List<String> inputs = inputs(file, projection, node.input(3), "", LSTM_GATES, states);
        List<String> outputs =
                file.node("LSTM", 3, inputs, AttributeDefs.integer("hidden_size", hidden(node)), turn(node));
        file.put(node.output(0), batchFirst(file, outputs.get(0)));
        for (Node end : ends) {
            // [1, N, H], the cell after the last step, as the slice of all cells has it.
            file.put(end.output(0), Movements.transpose(file, outputs.get(2), 1, 0, 2));
        }
        return true;
    }

    private static boolean gru(GraphWriter file, Node node) {
        Projection projection = Projection.of(node.input(0));
        if (projection == null || file.usesMoreThanFirst(node)) {
            return false;
        }
        String bias = file.full(node.input(3));
        List<String> inputs = inputs(file, projection, node.input(2), bias, GRU_GATES, List.of(node.input(1)));
        List<String> outputs = file.node(
                "GRU",
                1,
                inputs,
                AttributeDefs.integer("hidden_size", hidden(node)),
                AttributeDefs.integer("linear_before_reset", 1),
                turn(node));
        file.put(node.output(0), batchFirst(file, outputs.get(0)));
        return true;
    }

    private static long hidden(Node node) {
        return node.output(0).shape().size(2);
    }

    private static boolean isReverse(Node node) {
        return node.attributes().flag(Recurrence.REVERSE);
    }

    private static dev.baton.onnx.format.AttributeDef turn(Node node) {
        return AttributeDefs.text("direction", isReverse(node) ? "reverse" : "forward");
    }

    /** Whether all that reads the cells takes those after the last step. */
    private static boolean areEnds(List<Node> users, Node lstm) {
        long last = isReverse(lstm) ? 0 : lstm.output(1).shape().size(1) - 1;
        var starts = new long[] {0, last, 0};
        return users.stream()
                .allMatch(user -> user.is(Primitive.SLICE)
                        && user.output(0).shape().dim(1).isOne()
                        && Arrays.equals(user.attributes().get("starts", long[].class), starts));
    }

    /**
     * What the operators take: x [T, N, F], both weights [1, gates H, ...], both biases, no lengths, the states.
     *
     * @param recurrentBias empty where there is none
     */
    private static List<String> inputs(
            GraphWriter file,
            Projection projection,
            Value weight,
            String recurrentBias,
            int[] gates,
            List<Value> states) {
        String first = reordered(file, file.full(projection.bias()), gates);
        long width = weight.shape().size(1);
        String second = recurrentBias.isEmpty()
                ? file.constant(dev.baton.NDArray.zeros(weight.dtype(), dev.baton.Shape.of(width)))
                : reordered(file, recurrentBias, gates);
        String biases = file.node("Concat", List.of(first, second), AttributeDefs.integer("axis", 0));
        var inputs = new ArrayList<String>();
        inputs.add(Movements.transpose(file, file.full(projection.x()), 1, 0, 2));
        inputs.add(oneDirection(file, weight(file, projection.weight(), gates)));
        inputs.add(oneDirection(file, weight(file, weight, gates)));
        inputs.add(oneDirection(file, biases));
        // Lengths are left out, and states where they are zeros.
        boolean zeros = states.stream().allMatch(state -> Elements.isZero(state.node()));
        if (!zeros) {
            inputs.add("");
            states.forEach(state -> inputs.add(oneDirection(file, file.full(state))));
        }
        return inputs;
    }

    private static String oneDirection(GraphWriter file, String x) {
        return file.node("Unsqueeze", List.of(x, file.integers(0)));
    }

    /** [F, gates H] -> [gates H, F], the gates in the format's order. */
    private static String weight(GraphWriter file, Value weight, int[] gates) {
        return reordered(file, Movements.transpose(file, file.full(weight), 1, 0), gates);
    }

    private static String reordered(GraphWriter file, String x, int[] gates) {
        List<String> parts = file.node("Split", gates.length, List.of(x), AttributeDefs.integer("axis", 0));
        List<String> turned = Arrays.stream(gates).mapToObj(parts::get).toList();
        return file.node("Concat", turned, AttributeDefs.integer("axis", 0));
    }

    /** [T, 1, N, H] -> [N, T, H]. */
    private static String batchFirst(GraphWriter file, String steps) {
        return Movements.transpose(file, file.node("Squeeze", List.of(steps, file.integers(1))), 1, 0, 2);
    }
}
