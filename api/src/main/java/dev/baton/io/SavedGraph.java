package dev.baton.io;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.compiler.Compiler;
import dev.baton.composite.Activations;
import dev.baton.composite.AveragePool;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.CachedAttention;
import dev.baton.composite.Convolution;
import dev.baton.composite.DotProductAttention;
import dev.baton.composite.Gru;
import dev.baton.composite.LayerNormalization;
import dev.baton.composite.Lstm;
import dev.baton.composite.MaxPool;
import dev.baton.composite.PackedAttention;
import dev.baton.composite.QuantizedProduct;
import dev.baton.composite.RmsNormalization;
import dev.baton.composite.RotaryAtPositions;
import dev.baton.composite.RotaryEmbedding;
import dev.baton.composite.Softmax;
import dev.baton.composite.ToInt8;
import dev.baton.composite.TokenPositions;
import dev.baton.graph.Attributes;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Initial;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Origin;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.LayerVariable;
import dev.baton.nn.Parameter.FileLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A graph as a text, so that a model can be saved with its weights and answer where the classes of its layers are not
 * known. The text is JSON of the kind that {@link HeaderParser} reads: a version, the nodes in their order, and the
 * outputs. Types are not in it: they are inferred when the graph is built again, which checks it.
 */
final class SavedGraph {

    private static final long VERSION = 1;
    private static final String LAYOUT = "layout";

    /** Composites that are saved as they are; the others as what they are defined by. */
    private static final List<Operation> KEPT = List.of(
            Activations.RELU,
            Activations.GELU,
            Activations.GELU_TANH,
            Activations.SILU,
            Softmax.SOFTMAX,
            Softmax.LOG_SOFTMAX,
            LayerNormalization.FORWARD,
            RmsNormalization.FORWARD,
            BatchNorm.INFERENCE,
            Convolution.FORWARD,
            Convolution.INPUT_GRADIENT,
            MaxPool.FORWARD,
            AveragePool.FORWARD,
            DotProductAttention.FORWARD,
            PackedAttention.FORWARD,
            ToInt8.INSTANCE,
            QuantizedProduct.LINEAR,
            QuantizedProduct.CONVOLUTION,
            RotaryEmbedding.INSTANCE,
            CachedAttention.SEPARATE,
            CachedAttention.PACKED,
            RotaryAtPositions.INSTANCE,
            TokenPositions.INSTANCE,
            Lstm.FORWARD,
            Gru.FORWARD);

    private static final Map<String, Operation> OPERATIONS = Stream.concat(
                    Arrays.stream(Primitive.values()), KEPT.stream())
            .collect(Collectors.toMap(Operation::label, operation -> operation));

    /**
     * A variable of a graph that was read: its values are elsewhere in the file.
     *
     * @param layout how they lie there
     */
    record Saved(TensorType type, FileLayout layout) implements Initial {
        @Override
        public NDArray initialValue(long seed) {
            return NDArray.zeros(type.dtype(), type.shape());
        }
    }

    private SavedGraph() {}

    /** How the values of a variable lie in files. */
    static FileLayout layout(Initial initial) {
        if (initial instanceof LayerVariable parameter) {
            return parameter.layout();
        }
        return initial instanceof Saved saved ? saved.layout() : FileLayout.AS_IS;
    }

    /** The text of a graph without assignments. */
    static String write(Graph graph) {
        Graph known = Compiler.expand(graph, node -> KEPT.contains(node.operation()));
        var outputs = new ArrayList<String>();
        known.outputs().forEach((name, value) -> outputs.add(member(name, reference(value))));
        return "{\"version\":" + VERSION + ",\"nodes\":["
                + known.nodes().stream().map(node -> write(node, known)).collect(Collectors.joining(","))
                + "],\"outputs\":{" + String.join(",", outputs) + "}}";
    }

    private static String write(Node node, Graph graph) {
        Attributes attributes = node.attributes();
        if (node.is(Primitive.VARIABLE)) {
            attributes = attributes.with(
                    LAYOUT, layout(graph.initial(attributes.text("name"))).name());
        }
        var texts = new ArrayList<String>();
        attributes.forEach((name, value) -> texts.add(member(name, Safetensors.quote(write(value)))));
        String inputs = node.inputs().stream().map(SavedGraph::reference).collect(Collectors.joining(",", "[", "]"));
        return "{"
                + String.join(
                        ",",
                        member("operation", Safetensors.quote(node.operation().label())),
                        member("inputs", inputs),
                        member("attributes", "{" + String.join(",", texts) + "}"),
                        member("path", Safetensors.quote(node.origin().path())),
                        member("layer", Safetensors.quote(node.origin().description())))
                + "}";
    }

    private static String member(String name, String value) {
        return Safetensors.quote(name) + ":" + value;
    }

    private static String reference(Value value) {
        return "[" + value.node().id() + "," + value.output() + "]";
    }

    /** The type of an attribute's value, and the value. */
    private static String write(Object value) {
        if (value instanceof String text) {
            return "text " + text;
        } else if (value instanceof Boolean flag) {
            return "flag " + flag;
        } else if (value instanceof Long number) {
            return "integer " + number;
        } else if (value instanceof Double number) {
            return "number " + number;
        } else if (value instanceof long[] numbers) {
            return "integers " + Arrays.stream(numbers).mapToObj(Long::toString).collect(Collectors.joining(","));
        } else if (value instanceof Shape shape) {
            return "shape " + write(shape);
        } else if (value instanceof NDArray array) {
            String bytes = Base64.getEncoder()
                    .encodeToString(Safetensors.littleEndian(array).array());
            return "array " + array.dtype().name() + " " + bytes + " " + write(array.shape());
        }
        throw new IllegalArgumentException("no attribute is a " + value.getClass());
    }

    private static String write(Shape shape) {
        return shape.dims().stream().map(Dim::toString).collect(Collectors.joining(","));
    }

    /**
     * Builds a graph from its text.
     *
     * @throws DataException if it is damaged or of a later version
     */
    static Graph read(String text) {
        try {
            Map<String, Object> saved = HeaderParser.parse(text);
            if (!saved.get("version").equals(VERSION)) {
                throw new DataException("its version is " + saved.get("version") + ", this Baton reads " + VERSION);
            }
            var builder = new GraphBuilder();
            var nodes = new ArrayList<List<Value>>();
            for (Object node : list(saved.get("nodes"))) {
                nodes.add(node(builder, map(node), nodes));
            }
            map(saved.get("outputs")).forEach((name, value) -> builder.output(name, value(value, nodes)));
            return builder.build();
        } catch (RuntimeException e) {
            // Whatever a damaged text breaks: a cast, an index, a number, a rule of an operation.
            throw new DataException("the model in it cannot be read: " + e.getMessage(), e);
        }
    }

    /** Adds a node and gives its outputs. */
    private static List<Value> node(GraphBuilder builder, Map<String, Object> saved, List<List<Value>> before) {
        String label = text(saved, "operation");
        Operation operation = OPERATIONS.get(label);
        if (operation == null) {
            throw new DataException("this Baton has no operation '" + label + "'");
        }
        Attributes attributes = attributes(map(saved.get("attributes")));
        var origin = new Origin(text(saved, "path"), text(saved, "layer"), "");
        if (operation == Primitive.INPUT || operation == Primitive.VARIABLE) {
            return List.of(builder.withOrigin(origin, () -> named(builder, (Primitive) operation, attributes)));
        }
        List<Value> inputs = list(saved.get("inputs")).stream()
                .map(value -> value(value, before))
                .toList();
        Node node = builder.withOrigin(origin, () -> builder.add(operation, inputs, attributes));
        return IntStream.range(0, node.outputs().size()).mapToObj(node::output).toList();
    }

    private static Value named(GraphBuilder builder, Primitive leaf, Attributes attributes) {
        String name = attributes.text("name");
        var type = new TensorType(DType.valueOf(attributes.text("dtype")), attributes.shape("shape"));
        if (leaf == Primitive.INPUT) {
            return builder.input(name, type);
        }
        FileLayout layout = attributes.has(LAYOUT) ? FileLayout.valueOf(attributes.text(LAYOUT)) : FileLayout.AS_IS;
        return builder.variable(name, type, new Saved(type, layout));
    }

    private static Attributes attributes(Map<String, Object> saved) {
        Attributes attributes = Attributes.none();
        for (var entry : saved.entrySet()) {
            attributes = attributes.with(entry.getKey(), attribute((String) entry.getValue()));
        }
        return attributes;
    }

    private static Value value(Object saved, List<List<Value>> nodes) {
        List<?> reference = list(saved);
        return nodes.get(Math.toIntExact((Long) reference.get(0))).get(Math.toIntExact((Long) reference.get(1)));
    }

    private static Object attribute(String saved) {
        String[] parts = saved.split(" ", 2);
        String text = parts[1];
        return switch (parts[0]) {
            case "text" -> text;
            case "flag" -> Boolean.valueOf(text);
            case "integer" -> Long.valueOf(text);
            case "number" -> Double.valueOf(text);
            case "integers" -> items(text).mapToLong(Long::parseLong).toArray();
            case "shape" -> shape(text);
            case "array" -> array(text);
            default -> throw new DataException("'" + parts[0] + "' is no kind of attribute");
        };
    }

    private static Stream<String> items(String text) {
        return text.isEmpty() ? Stream.of() : Arrays.stream(text.split(",", -1));
    }

    private static Shape shape(String text) {
        return Shape.of(items(text).map(SavedGraph::dim).toList());
    }

    /** The product that {@link Dim#toString} writes. */
    private static Dim dim(String text) {
        Dim product = Dim.of(1);
        for (String factor : text.split("\\*", -1)) {
            product = product.times(
                    Character.isDigit(factor.charAt(0)) ? Dim.of(Long.parseLong(factor)) : Dim.symbol(factor));
        }
        return product;
    }

    private static NDArray array(String text) {
        String[] parts = text.split(" ", 3);
        var type = new TensorType(DType.valueOf(parts[0]), shape(parts[2]));
        byte[] bytes = Base64.getDecoder().decode(parts[1]);
        // Before there is room for it: a file of a few bytes must not ask for gigabytes.
        if (bytes.length != type.bytes()) {
            throw new DataException("a constant of " + bytes.length + " bytes is no " + type);
        }
        NDArray array = NDArray.zeros(type.dtype(), type.shape());
        Safetensors.fillLittleEndian(array, bytes);
        return array;
    }

    private static String text(Map<String, Object> saved, String name) {
        if (!(saved.get(name) instanceof String text)) {
            throw new DataException("an operation has no text '" + name + "'");
        }
        return text;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }
}
