package dev.baton.onnx.write;

import com.google.protobuf.ByteString;
import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.onnx.format.AttributeDef;
import dev.baton.onnx.format.GraphDef;
import dev.baton.onnx.format.NodeDef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Writes a graph node by node as one of the ONNX format. Broadcasting is explicit here and implicit there: a broadcast
 * writes nothing, the value stays as small as it was, and only where its full size counts is it expanded.
 */
final class GraphWriter {

    /**
     * A value in the file.
     *
     * @param shape the one that it has there, which broadcasts to that of the value
     */
    record Written(String name, Shape shape) {}

    /** Where the size of a symbol is found. */
    private record Source(String input, int axis) {}

    private final GraphDef.Builder file = GraphDef.newBuilder();
    private final List<NodeDef.Builder> nodes = new ArrayList<>();
    private final Map<Value, Written> written = new HashMap<>();
    private final Map<Value, List<Node>> users = new HashMap<>();
    private final Set<Value> handedOut = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    private final Map<Object, String> shared = new HashMap<>();
    private final Map<String, Source> symbols = new HashMap<>();
    private final Function<String, NDArray> variables;
    private Node current;

    private GraphWriter(Function<String, NDArray> variables) {
        this.variables = variables;
    }

    /**
     * The graph in the form of the file.
     *
     * @param variables the value of each variable by its name
     * @throws BatonException if something in it has no form there
     */
    static GraphDef write(Graph graph, Function<String, NDArray> variables) {
        return new GraphWriter(variables).write(graph);
    }

    private GraphDef write(Graph graph) {
        if (!graph.assignments().isEmpty()) {
            throw new BatonException("an ONNX file holds a forward pass, not a step that changes variables");
        }
        for (Set<String> kind : List.of(
                graph.inputs().keySet(),
                graph.outputs().keySet(),
                graph.variables().keySet())) {
            for (String name : kind) {
                if (!names.add(name)) {
                    throw new BatonException("an ONNX file has one thing of each name, and '" + name
                            + "' is more than one of the inputs, outputs and variables");
                }
            }
        }
        // What nothing needs is left out.
        Graph needed = graph.bind(Map.of());
        needed.inputs().forEach((name, value) -> {
            file.addInput(Types.declared(name, value.type()));
            put(value, name, value.shape());
            noteSymbols(name, value.shape());
        });
        writeNodes(needed);
        var renamed = new HashMap<String, String>();
        needed.outputs().forEach((name, value) -> {
            file.addOutput(Types.declared(name, value.type()));
            String last = full(value);
            boolean computed =
                    nodes.stream().anyMatch(node -> node.getOutputList().contains(last));
            if (!computed || renamed.putIfAbsent(last, name) != null) {
                nodes.add(NodeDef.newBuilder()
                        .setOperator("Identity")
                        .setName(unique("Identity"))
                        .addInput(last)
                        .addOutput(name));
            }
        });
        removeUnused(renamed);
        nodes.forEach(node -> file.addNode(rename(node, renamed)));
        return file.setName("forward").build();
    }

    /** Drops what no node reads in the end, such as the zeros that an operator starts from by itself. */
    private void removeUnused(Map<String, String> renamed) {
        Set<String> read = new HashSet<>(renamed.keySet());
        file.getOutputList().forEach(output -> read.add(output.getName()));
        for (int i = nodes.size() - 1; i >= 0; i--) {
            NodeDef.Builder node = nodes.get(i);
            if (node.getOutputList().stream().noneMatch(read::contains)) {
                nodes.remove(i);
            } else {
                read.addAll(node.getInputList());
            }
        }
    }

    private static NodeDef rename(NodeDef.Builder node, Map<String, String> renamed) {
        for (int i = 0; i < node.getInputCount(); i++) {
            node.setInput(i, renamed.getOrDefault(node.getInput(i), node.getInput(i)));
        }
        for (int i = 0; i < node.getOutputCount(); i++) {
            node.setOutput(i, renamed.getOrDefault(node.getOutput(i), node.getOutput(i)));
        }
        return node.build();
    }

    private void writeNodes(Graph graph) {
        handedOut.addAll(graph.outputs().values());
        for (Node node : graph.nodes()) {
            node.inputs()
                    .forEach(input -> users.computeIfAbsent(input, value -> new ArrayList<>())
                            .add(node));
        }
        for (Node node : graph.nodes()) {
            if (!written.containsKey(node.output(0))) {
                writeNode(node);
            }
        }
    }

    private void writeNode(Node node) {
        Node before = current;
        current = node.origin().layer().isEmpty() && before != null ? before : node;
        if (node.is(Primitive.VARIABLE)) {
            String name = node.attributes().text("name");
            file.addInitializer(Types.tensor(name, variables.apply(name)));
            put(node.output(0), name, node.output(0).shape());
        } else if (!Translators.write(this, node)) {
            writeDefinition(node);
        }
        current = before;
    }

    /** A composite without an operator of its own: what it is defined as. */
    private void writeDefinition(Node node) {
        if (!(node.operation() instanceof Composite composite)) {
            throw new BatonException("ONNX has no operator for " + node
                    + (node.origin().line().isEmpty()
                            ? ""
                            : "\n  at  " + node.origin().line()));
        }
        Graph whole = composite.traceDefinition(node.inputTypes(), node.attributes());
        var wanted = new LinkedHashMap<String, Value>();
        whole.outputs().forEach((name, value) -> {
            if (isUsed(node.output(Integer.parseInt(name)))) {
                wanted.put(name, value);
            }
        });
        Graph definition = whole.part(wanted);
        definition.inputs().forEach((name, value) -> written.put(value, at(node.input(Integer.parseInt(name)))));
        writeNodes(definition);
        definition.outputs().forEach((name, value) -> written.put(node.output(Integer.parseInt(name)), at(value)));
    }

    /** Whether anything reads a value. */
    boolean isUsed(Value value) {
        return users.containsKey(value) || handedOut.contains(value);
    }

    /** Whether a node has an output behind its first one that anything reads. */
    boolean usesMoreThanFirst(Node node) {
        for (int output = 1; output < node.outputs().size(); output++) {
            if (isUsed(node.output(output))) {
                return true;
            }
        }
        return false;
    }

    /** The nodes that read a value; null where it is handed out as well. */
    List<Node> users(Value value) {
        return handedOut.contains(value) ? null : users.getOrDefault(value, List.of());
    }

    /** A value as it lies in the file, perhaps smaller than it is. */
    Written at(Value value) {
        Written known = written.get(value);
        if (known == null) {
            throw new BatonException(value + " is read before it is computed");
        }
        return known;
    }

    /** The name of a value in its full size. */
    String full(Value value) {
        Written known = at(value);
        if (!known.shape().equals(value.shape())) {
            known = new Written(node("Expand", List.of(known.name(), shape(value.shape()))), value.shape());
            written.put(value, known);
        }
        return known.name();
    }

    /** A value is written. */
    void put(Value value, String name) {
        put(value, name, value.shape());
    }

    /** A value is written, smaller than it is: it broadcasts to its shape. */
    void put(Value value, String name, Shape shape) {
        written.put(value, new Written(name, shape));
    }

    /** Adds a node with one output and gives its name. */
    String node(String operator, List<String> inputs, AttributeDef... attributes) {
        return node(operator, 1, inputs, attributes).get(0);
    }

    /** Adds a node and gives the names of its outputs; an input that is left out is an empty name. */
    List<String> node(String operator, int outputs, List<String> inputs, AttributeDef... attributes) {
        String path = current == null ? "" : current.origin().path();
        String name = unique(path.isEmpty() ? operator : path + "/" + operator);
        var results = new ArrayList<String>();
        results.add(name);
        for (int i = 1; i < outputs; i++) {
            results.add(unique(name + "/" + i));
        }
        nodes.add(NodeDef.newBuilder()
                .setOperator(operator)
                .setName(name)
                .addAllInput(inputs)
                .addAllOutput(results)
                .addAllAttribute(List.of(attributes)));
        return results;
    }

    /** Writes what is needed in several places where it is needed first. */
    private String once(Object key, Supplier<String> writer) {
        String known = shared.get(key);
        if (known == null) {
            known = writer.get();
            shared.put(key, known);
        }
        return known;
    }

    private String unique(String name) {
        String result = name;
        for (int i = 2; !names.add(result); i++) {
            result = name + "_" + i;
        }
        return result;
    }

    /** A fixed array: a node, so that whoever reads the file tells it from what was learnt. */
    String constant(NDArray value) {
        ByteString bytes = Types.bytes(value);
        var key = List.of(value.dtype(), value.shape(), bytes);
        return once(
                key,
                () -> node(
                        "Constant",
                        List.of(),
                        AttributeDef.newBuilder()
                                .setName("value")
                                .setKind(AttributeDefs.TENSOR)
                                .setTensor(Types.tensor("", value))
                                .build()));
    }

    /** A vector of int64, as shapes and axes are. */
    String integers(long... values) {
        return constant(NDArray.of(Shape.of(values.length), values));
    }

    /** A scalar. */
    String scalar(DType dtype, double number) {
        NDArray scalar = NDArray.zeros(dtype, Shape.scalar());
        scalar.set(0, number);
        return constant(scalar);
    }

    /** A shape as a vector of int64, computed where it has symbols. */
    String shape(Shape shape) {
        if (shape.isFixed()) {
            return integers(shape.toArray());
        }
        return once(
                shape,
                () -> node("Concat", shape.dims().stream().map(this::size).toList(), AttributeDefs.integer("axis", 0)));
    }

    /** The size of a dimension as int64 [1]. */
    String size(Dim dim) {
        if (dim.isFixed()) {
            return integers(dim.size());
        }
        return once(dim, () -> {
            String product = dim.factor() == 1 ? null : integers(dim.factor());
            for (String symbol : dim.symbols()) {
                String size = symbol(symbol);
                product = product == null ? size : node("Mul", List.of(product, size));
            }
            return product;
        });
    }

    private void noteSymbols(String input, Shape shape) {
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dim dim = shape.dim(axis);
            if (dim.symbols().size() == 1 && dim.factor() == 1) {
                symbols.putIfAbsent(dim.symbols().get(0), new Source(input, axis));
            }
        }
    }

    private String symbol(String symbol) {
        Source source = symbols.get(symbol);
        if (source == null) {
            throw new BatonException("the size " + symbol + " is that of no input, so that no ONNX file can know it");
        }
        return once(source, () -> {
            String sizes = node("Shape", List.of(source.input()));
            return node("Gather", List.of(sizes, integers(source.axis())), AttributeDefs.integer("axis", 0));
        });
    }

    /** What a value becomes in another shape of as many elements. */
    String reshape(String name, Shape shape) {
        long symbolic = shape.dims().stream().filter(dim -> !dim.isFixed()).count();
        boolean empty = shape.dims().contains(Dim.of(0));
        String sizes = symbolic == 1 && !empty
                ? integers(shape.dims().stream()
                        .mapToLong(dim -> dim.isFixed() ? dim.size() : -1)
                        .toArray())
                : shape(shape);
        return empty
                ? node("Reshape", List.of(name, sizes), AttributeDefs.integer("allowzero", 1))
                : node("Reshape", List.of(name, sizes));
    }
}
