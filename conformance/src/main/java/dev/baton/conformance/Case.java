package dev.baton.conformance;

import dev.baton.NDArray;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Operation;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One thing that every backend has to compute: a graph of fixed shapes, what its inputs are filled with, and how near
 * the results have to come to the reference.
 *
 * @param group what cases it belongs to
 * @param name unique within its group
 * @param subject the operation that it is about; null where it is about several together
 * @param graph builds the graph; its variables' first values belong to it
 * @param fills for each input of the graph, by name
 * @param steps how often it runs, each time with other inputs and with the variables that the last run left
 */
public record Case(
        String group,
        String name,
        Operation subject,
        Supplier<Graph> graph,
        Map<String, Fill> fills,
        int steps,
        Tolerance tolerance) {

    /**
     * An argument of an operation.
     *
     * @param type its element type and shape
     * @param fill its values
     */
    public record Argument(TensorType type, Fill fill) {
        @Override
        public String toString() {
            return type + (fill.name().isEmpty() ? "" : " " + fill.name());
        }
    }

    /** One operation and nothing else; all its outputs are handed out. */
    public static Case of(
            String group, Operation operation, Attributes attributes, Tolerance tolerance, Argument... arguments) {
        return of(group, "", operation, false, attributes, tolerance, List.of(arguments));
    }

    /** A composite as its definition says, in primitives: what a backend runs that does not claim it. */
    public static Case expanded(
            String group, Composite composite, Attributes attributes, Tolerance tolerance, Argument... arguments) {
        return of(group, ", expanded", composite, true, attributes, tolerance, List.of(arguments));
    }

    private static Case of(
            String group,
            String suffix,
            Operation operation,
            boolean expand,
            Attributes attributes,
            Tolerance tolerance,
            List<Argument> arguments) {
        var fills = new LinkedHashMap<String, Fill>();
        for (int i = 0; i < arguments.size(); i++) {
            fills.put("argument " + i, arguments.get(i).fill());
        }
        Supplier<Graph> graph = () -> {
            var builder = new GraphBuilder();
            var values = new ArrayList<Value>();
            for (int i = 0; i < arguments.size(); i++) {
                values.add(builder.input("argument " + i, arguments.get(i).type()));
            }
            List<Value> results = expand
                    ? ((Composite) operation).define(new Emitter(builder), values, attributes)
                    : outputs(builder, operation, values, attributes);
            for (int i = 0; i < results.size(); i++) {
                builder.output("result " + i, results.get(i));
            }
            return builder.build();
        };
        String details = attributes.toString();
        String name = operation.label() + suffix + " ("
                + arguments.stream().map(Argument::toString).collect(Collectors.joining(", "))
                + (details.isEmpty() ? "" : arguments.isEmpty() ? details : "; " + details) + ")";
        return new Case(group, name, expand ? null : operation, graph, fills, 1, tolerance);
    }

    private static List<Value> outputs(
            GraphBuilder builder, Operation operation, List<Value> values, Attributes attributes) {
        var node = builder.add(operation, values, attributes);
        var outputs = new ArrayList<Value>();
        for (int i = 0; i < node.outputs().size(); i++) {
            outputs.add(node.output(i));
        }
        return outputs;
    }

    /** The values of a graph's inputs at a step. */
    Map<String, NDArray> inputs(Graph graph, int step) {
        var arrays = new LinkedHashMap<String, NDArray>();
        graph.inputs().forEach((name, value) -> {
            Fill fill = fills.get(name);
            if (fill == null) {
                throw new IllegalStateException("case '" + this + "' says nothing of input '" + name + "'");
            }
            arrays.put(name, fill.array(value.type(), step, 1000L * arrays.size()));
        });
        return arrays;
    }

    @Override
    public String toString() {
        return name;
    }
}
