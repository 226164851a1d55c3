package dev.baton.reference;

import dev.baton.NDArray;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One run of a graph, node by node, with every value on the way: to see what a step really computes, and to find the
 * operation that went wrong. Composites appear whole, as the user wrote them. Slow, and keeps every value.
 */
public final class Interpretation {

    private final Graph graph;
    private final List<Step> steps = new ArrayList<>();

    private Interpretation(Graph graph) {
        this.graph = graph;
    }

    /**
     * One output of one node.
     *
     * @param value what was computed, where in the model and in the user's source
     * @param values the numbers, row-major; truth values are 0 and 1
     */
    public record Step(Value value, double[] values) {

        /** The smallest number, those that are NaN left out; NaN where none is left. */
        public double min() {
            return Arrays.stream(values).filter(x -> !Double.isNaN(x)).min().orElse(Double.NaN);
        }

        /** The largest number, those that are NaN left out; NaN where none is left. */
        public double max() {
            return Arrays.stream(values).filter(x -> !Double.isNaN(x)).max().orElse(Double.NaN);
        }

        /** The mean of the numbers; NaN where one is, or where there are none. */
        public double mean() {
            return Arrays.stream(values).average().orElse(Double.NaN);
        }

        /** How many numbers are NaN or infinite. */
        public long notFinite() {
            return Arrays.stream(values).filter(x -> !Double.isFinite(x)).count();
        }

        /** For instance {@code %7 matmul float32[8, 16]  min -1.25  mean 0.031  max 2.5   # 0: Linear(2 -> 16)}. */
        @Override
        public String toString() {
            Node node = value.node();
            var text = new StringBuilder(value + " " + describe(node) + " " + value.type());
            text.append(
                    values.length == 1
                            ? String.format(Locale.ROOT, "  %.6g", values[0])
                            : String.format(Locale.ROOT, "  min %.4g  mean %.4g  max %.4g", min(), mean(), max()));
            if (notFinite() > 0) {
                text.append("  NOT FINITE: ").append(notFinite()).append(" of ").append(values.length);
            }
            if (!node.origin().layer().isEmpty()) {
                text.append("   # ").append(node.origin().layer());
            }
            return text.toString();
        }

        /** What is not finite here and where, over some lines; for messages. */
        public String explain() {
            int index = 0;
            while (Double.isFinite(values[index])) {
                index++;
            }
            Node node = value.node();
            var text = new StringBuilder("the first value that is not finite: " + values[index] + " at "
                    + value.shape().index(index) + " of " + describe(node) + ", " + value.type());
            if (!node.origin().layer().isEmpty()) {
                text.append("\n  in  ").append(node.origin().layer());
            }
            if (!node.origin().line().isEmpty()) {
                text.append("\n  at  ").append(node.origin().line());
            }
            return text.toString();
        }

        private static String describe(Node node) {
            boolean named = node.is(Primitive.INPUT) || node.is(Primitive.VARIABLE);
            return node.operation().label() + (named ? " '" + node.attributes().text("name") + "'" : "");
        }
    }

    /**
     * Runs a graph, rounding every {@code float32} as a device does.
     *
     * @param graph of fixed shapes
     * @param inputs by name
     * @param variables by name; they are not changed
     */
    public static Interpretation of(Graph graph, Map<String, NDArray> inputs, Map<String, NDArray> variables) {
        var interpretation = new Interpretation(graph);
        new Interpreter(graph, Interpreter.Precision.FLOAT).run(doubles(inputs), doubles(variables), (node, values) -> {
            for (int i = 0; i < values.size(); i++) {
                interpretation.steps.add(new Step(node.output(i), values.get(i)));
            }
        });
        return interpretation;
    }

    private static Map<String, double[]> doubles(Map<String, NDArray> arrays) {
        var result = new HashMap<String, double[]>();
        arrays.forEach((name, array) -> result.put(name, array.toDoubleArray()));
        return result;
    }

    /** Every value, in the order in which it was computed. */
    public List<Step> steps() {
        return List.copyOf(steps);
    }

    /** The values of a named output of the graph, such as one handed out with {@code watch}. */
    public Optional<Step> output(String name) {
        Value value = graph.outputs().get(name);
        return steps.stream().filter(step -> step.value().equals(value)).findFirst();
    }

    /**
     * The first value on the way to an output that holds NaN or an infinity: the operation that brought it about, or
     * the variable or input that it came in with.
     */
    public Optional<Step> firstNotFinite(String output) {
        Set<Node> onTheWay = new HashSet<>();
        onTheWay.add(graph.outputs().get(output).node());
        List<Node> nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (onTheWay.contains(nodes.get(i))) {
                nodes.get(i).inputs().forEach(input -> onTheWay.add(input.node()));
            }
        }
        return steps.stream()
                .filter(step -> onTheWay.contains(step.value().node()) && step.notFinite() > 0)
                .findFirst();
    }

    /** One value a line: operation, type, smallest, mean and largest number, and the layer. */
    @Override
    public String toString() {
        return String.join("\n", steps.stream().map(Step::toString).toList());
    }
}
