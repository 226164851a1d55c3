package dev.baton.train;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.program.Program;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A model at a glance: its layers with their output shapes, parameters and the operations of answering one example, and
 * its memory. {@code Trainer.summary} gives the memory of training, which depends on the loss, the optimizer and the
 * batch.
 *
 * @param layers in the order in which they are done
 * @param parameters the number of learnt numbers, each counted once
 * @param operations additions, multiplications and other functions for one example
 * @param memory of answering one example, or of training
 */
public record Summary(List<Row> layers, long parameters, long operations, Memory memory) {

    /**
     * One layer.
     *
     * @param layer its path and description
     * @param output its output shape
     * @param parameters the learnt numbers that it reads
     * @param operations of one example
     */
    public record Row(String layer, Shape output, long parameters, long operations) {}

    public Summary {
        layers = List.copyOf(layers);
    }

    /**
     * The summary of a model that is shown numbers.
     *
     * @param example the shape of one example, without the batch
     * @throws dev.baton.ShapeException if the model does not take it
     */
    public static Summary of(Layer model, Shape example) {
        return of(model, DType.FLOAT32, example);
    }

    /**
     * The summary of a model that takes other things than float32.
     *
     * @param dtype of what it takes, such as int32 for tokens
     * @param example the shape of one example, without the batch, such as [64] for 64 tokens
     * @throws dev.baton.ShapeException if the model does not take it
     */
    public static Summary of(Layer model, DType dtype, Shape example) {
        Graph one = ForwardGraph.of(model, dtype, example).bind(Map.of(Executable.BATCH, 1L));
        // In training, so that layers have their row that do nothing when the model answers.
        Map<String, Shape> shapes = shapes(ForwardGraph.of(GraphBuilder.Mode.TRAINING, model, dtype, example));
        var rows = new ArrayList<Row>();
        shapes.forEach(
                (layer, shape) -> rows.add(new Row(layer, shape, parameters(one, layer), operations(one, layer))));
        long parameters = model.parameters().stream()
                .map(Parameter::shape)
                .mapToLong(Shape::size)
                .sum();
        return new Summary(rows, parameters, one.operations(), answering(one));
    }

    /** By layer the shape of the last value that another layer takes, or the caller; in the order in which they end. */
    private static Map<String, Shape> shapes(Graph graph) {
        var taken = new HashSet<>(graph.outputs().values());
        graph.nodes()
                .forEach(node -> node.inputs().stream()
                        .filter(input -> !isOf(node, input.node().origin().layer()))
                        .forEach(taken::add));
        var shapes = new LinkedHashMap<String, Shape>();
        for (Node node : graph.nodes()) {
            if (node.origin().path().isEmpty() || node.is(Primitive.VARIABLE)) {
                continue;
            }
            String layer = node.origin().layer();
            for (int i = 0; i < node.outputs().size(); i++) {
                if (taken.contains(node.output(i))) {
                    shapes.remove(layer);
                    shapes.put(layer, node.output(i).shape());
                    break;
                }
            }
        }
        return shapes;
    }

    private static boolean isOf(Node node, String layer) {
        return node.origin().layer().equals(layer);
    }

    /** The layout is the compiler's, where every composite runs as it is. */
    private static Memory answering(Graph one) {
        try (var session = Session.open("reference")) {
            Program program = session.program(one, Map.of());
            return Memory.of("to answer one example", one, program.memory());
        }
    }

    /** The same model with another use of memory. */
    Summary with(Memory other) {
        return new Summary(layers, parameters, operations, other);
    }

    private static long operations(Graph graph, String layer) {
        return graph.nodes().stream()
                .filter(node -> isOf(node, layer))
                .mapToLong(Node::operations)
                .sum();
    }

    private static long parameters(Graph graph, String layer) {
        return graph.nodes().stream()
                .filter(node -> node.is(Primitive.VARIABLE)
                        && graph.initial(node.attributes().text("name")) instanceof Parameter
                        && isOf(node, layer))
                .mapToLong(node -> node.outputs().get(0).shape().size())
                .sum();
    }

    /** A table, one layer a line, and the memory. */
    @Override
    public String toString() {
        int width = Math.max(
                5, layers.stream().mapToInt(row -> row.layer().length()).max().orElse(0));
        String format = "%-" + width + "s  %-16s %,12d %,14d%n";
        var text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT, "%-" + width + "s  %-16s %12s %14s%n", "layer", "output", "parameters", "operations"));
        for (Row row : layers) {
            text.append(
                    String.format(Locale.ROOT, format, row.layer(), row.output(), row.parameters(), row.operations()));
        }
        text.append(String.format(Locale.ROOT, format, "all", "", parameters, operations));
        return text.append(memory).toString();
    }
}
