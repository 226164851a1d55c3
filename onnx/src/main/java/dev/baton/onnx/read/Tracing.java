package dev.baton.onnx.read;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.ShapeException;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Origin;
import dev.baton.graph.TensorType;
import dev.baton.nn.LayerVariable;
import dev.baton.nn.Statistic;
import dev.baton.reference.Interpretation;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds what a file computes to a trace. What depends on neither inputs nor parameters is computed at once, so that shapes
 * and other settings are known where they are needed; shapes with symbols are carried along as such.
 */
public final class Tracing {

    /** How large the values may be that are computed while tracing, all together, and how many operations that may take. */
    private static final long MOST_ELEMENTS = 1 << 23;

    private static final long MOST_OPERATIONS = 200_000_000;

    private final OnnxFile file;
    private final GraphBuilder graph;
    private final Map<String, LayerVariable> variables;
    private final Map<String, Item> items = new HashMap<>();

    private Tracing(OnnxFile file, GraphBuilder graph, Map<String, LayerVariable> variables) {
        this.file = file;
        this.graph = graph;
        this.variables = variables;
    }

    /**
     * What a file's outputs are.
     *
     * @param inputs by the names of the file's inputs
     * @param variables what is learnt or gathered, by the names of the file's arrays
     * @param path of the layer that is traced
     * @throws DataException if a node asks for what there is no form for here; it names the node
     */
    public static Map<String, Tensor> trace(
            OnnxFile file,
            GraphBuilder graph,
            Map<String, Tensor> inputs,
            Map<String, LayerVariable> variables,
            String path) {
        return new Tracing(file, graph, variables).run(inputs, path);
    }

    private Map<String, Tensor> run(Map<String, Tensor> inputs, String path) {
        for (Declared input : file.inputs()) {
            items.put(input.name(), Item.of(given(input, inputs.get(input.name()))));
        }
        Tensor any = Tensor.of(graph, new Emitter(graph).constant(NDArray.scalar(0)));
        file.arrays().forEach((name, array) -> {
            LayerVariable variable = variables.get(name);
            items.put(name, variable == null ? new Item.Known(array) : Item.of(variable.in(any)));
        });
        for (NodeSpec node : file.nodes()) {
            String below = path.isEmpty() ? node.name() : path + "." + node.name();
            graph.withOrigin(new Origin(below, node.operator(), file.name()), () -> {
                run(node);
                return null;
            });
        }
        var outputs = new LinkedHashMap<String, Tensor>();
        for (Declared output : file.outputs()) {
            outputs.put(output.name(), Item.tensor(graph, items.get(output.name())));
        }
        return outputs;
    }

    /** Integers may be given as int32, which Baton's own models take, where the file has int64. */
    private Tensor given(Declared input, Tensor tensor) {
        if (tensor == null) {
            throw new DataException(file.name() + ": there is no value for the input '" + input.name() + "'");
        }
        String conflict = input.conflict(tensor.shape());
        if (conflict != null) {
            throw graph.shapeError(file.name() + ": " + conflict);
        }
        if (input.dtype() == null || input.dtype() == tensor.dtype()) {
            return tensor;
        }
        boolean integers = !input.dtype().isFloating() && !tensor.dtype().isFloating();
        if (!integers) {
            throw graph.shapeError(file.name() + ": input '" + input.name() + "' is " + input.text() + ", not "
                    + tensor.dtype() + tensor.shape());
        }
        return tensor.cast(input.dtype());
    }

    private void run(NodeSpec node) {
        var inputs = new ArrayList<Item>();
        for (String input : node.inputs()) {
            inputs.add(input.isEmpty() ? null : items.get(input));
        }
        List<Item> outputs;
        try {
            outputs = known(node, inputs);
            if (outputs == null) {
                outputs = Operators.of(node).apply(call(node, graph, inputs));
            }
        } catch (ShapeException e) {
            throw new ShapeException(file.name() + ": " + node + ": " + e.getMessage(), e);
        } catch (DataException e) {
            throw new DataException(file.name() + ": " + e.getMessage(), e);
        } catch (BatonException e) {
            throw e;
        } catch (RuntimeException e) {
            // Whatever numbers break that no model that works has: a list too short, a count that overflows.
            throw new DataException(
                    file.name() + ": " + node + " has inputs or attributes that do not fit: " + e.getMessage(), e);
        }
        for (int i = 0; i < node.outputs().size(); i++) {
            String output = node.outputs().get(i);
            if (output.isEmpty()) {
                continue;
            }
            if (i >= outputs.size() || outputs.get(i) == null) {
                throw new DataException(
                        file.name() + ": " + node + ": Baton does not compute its output " + i + ", '" + output + "'");
            }
            items.put(output, outputs.get(i));
        }
    }

    private Call call(NodeSpec node, GraphBuilder graph, List<Item> inputs) {
        return new Call(
                node,
                file.opset(),
                graph,
                inputs,
                name -> variables.get(name) instanceof Statistic statistic ? statistic : null);
    }

    /** What a node gives that is known but for symbols; null where it is not. */
    private List<Item> known(NodeSpec node, List<Item> inputs) {
        if (inputs.stream().noneMatch(Item.Sizes.class::isInstance)) {
            return fold(node, inputs);
        }
        Item sizes = SizeArithmetic.apply(call(node, graph, inputs));
        return sizes == null ? null : List.of(sizes);
    }

    /** What a node gives that is known already; null where it is not, or would take too long. */
    private List<Item> fold(NodeSpec node, List<Item> inputs) {
        if (inputs.stream().anyMatch(item -> item != null && !(item instanceof Item.Known))) {
            return null;
        }
        var scratch = new GraphBuilder();
        List<Item> outputs = Operators.of(node).apply(call(node, scratch, inputs));
        for (int i = 0; i < outputs.size(); i++) {
            if (outputs.get(i) instanceof Item.Computed computed) {
                scratch.output(Integer.toString(i), computed.tensor().value());
            }
        }
        Graph graph = scratch.build();
        if (!graph.inputs().isEmpty() || !isSmall(graph)) {
            return null;
        }
        Interpretation run = Interpretation.of(graph, Map.of(), Map.of());
        var known = new ArrayList<Item>(outputs);
        for (int i = 0; i < outputs.size(); i++) {
            if (outputs.get(i) instanceof Item.Computed computed) {
                double[] values = run.output(Integer.toString(i)).orElseThrow().values();
                TensorType type = computed.tensor().value().type();
                NDArray array = NDArray.zeros(type.dtype(), type.shape());
                for (int at = 0; at < values.length; at++) {
                    array.set(at, values[at]);
                }
                known.set(i, new Item.Known(array));
            }
        }
        return known;
    }

    private static boolean isSmall(Graph graph) {
        try {
            long elements = 0;
            for (var node : graph.nodes()) {
                for (TensorType type : node.outputs()) {
                    elements = Math.addExact(elements, type.shape().size());
                }
            }
            return elements <= MOST_ELEMENTS && graph.operations() <= MOST_OPERATIONS;
        } catch (ArithmeticException e) {
            return false;
        }
    }
}
