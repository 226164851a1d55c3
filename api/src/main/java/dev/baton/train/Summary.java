package dev.baton.train;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.runtime.Executable;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A model at a glance: its layers with their output shapes, parameters and the operations of answering one example.
 *
 * @param layers in the order in which they run
 * @param parameters the number of learnt numbers, each counted once
 * @param operations additions, multiplications and other functions for one example
 */
public record Summary(List<Row> layers, long parameters, long operations) {

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
     * The summary of a model.
     *
     * @param example the shape of one example, without the batch
     * @throws dev.baton.ShapeException if the model does not take it
     */
    public static Summary of(Layer model, Shape example) {
        return of(model, new TensorType(DType.FLOAT32, example));
    }

    /**
     * The summary of a model that takes other things than float32.
     *
     * @param example the type of one example, without the batch, such as int32 [64] for 64 tokens
     * @throws dev.baton.ShapeException if the model does not take it
     */
    public static Summary of(Layer model, TensorType example) {
        var builder = new GraphBuilder();
        TensorType type = example.withShape(example.shape().prepend(Dim.symbol(Executable.BATCH)));
        Tensor input = Tensor.of(builder, builder.input("inputs", type));
        builder.output("answers", Layer.trace(model, input).value());
        Graph symbolic = builder.build();
        Graph one = symbolic.bind(Map.of(Executable.BATCH, 1L));
        var shapes = new LinkedHashMap<String, Shape>();
        for (Node node : symbolic.nodes()) {
            if (!node.origin().path().isEmpty() && !node.is(Primitive.VARIABLE)) {
                shapes.put(node.origin().layer(), node.outputs().get(0).shape());
            }
        }
        var rows = new ArrayList<Row>();
        shapes.forEach(
                (layer, shape) -> rows.add(new Row(layer, shape, parameters(one, layer), operations(one, layer))));
        long parameters = model.parameters().stream()
                .map(Parameter::shape)
                .mapToLong(Shape::size)
                .sum();
        return new Summary(rows, parameters, one.operations());
    }

    private static long operations(Graph graph, String layer) {
        return graph.nodes().stream()
                .filter(node -> node.origin().layer().equals(layer))
                .mapToLong(Node::operations)
                .sum();
    }

    private static long parameters(Graph graph, String layer) {
        return graph.nodes().stream()
                .filter(node ->
                        node.is(Primitive.VARIABLE) && node.origin().layer().equals(layer))
                .mapToLong(node -> node.outputs().get(0).shape().size())
                .sum();
    }

    /** The memory of the parameters in bytes. */
    public long parameterBytes() {
        return parameters * DType.FLOAT32.bytes();
    }

    /** A table, one layer a line. */
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
        return text.append(String.format(Locale.ROOT, "parameters take %.1f KiB", parameterBytes() / 1024.0))
                .toString();
    }
}
