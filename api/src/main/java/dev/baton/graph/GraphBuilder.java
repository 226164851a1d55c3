package dev.baton.graph;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A graph under construction. It knows the mode it is traced in, its named inputs, the variables it reads and the
 * layer that is being traced; types are checked as each node is added.
 */
public final class GraphBuilder {

    /** Names of the inputs that the runtime fills in by itself. */
    public static final String SEED = "seed";

    public static final String STEP = "step";

    /** The number of the update that a step makes, from 1; 0 where it makes none. */
    public static final String UPDATE = "update";

    public static final String LEARNING_RATE = "learning rate";

    /** The share of the batch that this device has, where several train together. */
    public static final String SHARE = "share";

    /** In front of the names of the variables that an optimizer keeps. */
    public static final String OPTIMIZER = "optimizer/";

    /** What is traced: layers such as dropout behave differently. */
    public enum Mode {
        TRAINING,
        INFERENCE
    }

    /** Counts everything that is numbered by its time of creation; see {@link #number()}. */
    private static final AtomicLong CREATED = new AtomicLong();

    private final Mode mode;
    private final boolean shared;
    private final Decoding decoding;
    private final long number = nextCreationNumber();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Value> inputs = new LinkedHashMap<>();
    private final Map<String, Variable> variables = new LinkedHashMap<>();
    private final Map<String, Value> outputs = new LinkedHashMap<>();
    private final Map<String, Value> assignments = new LinkedHashMap<>();
    private final Deque<Layer> layers = new ArrayDeque<>();
    private final Map<String, Integer> randomStreams = new HashMap<>();
    private String previousLayer = "";
    private Origin fixedOrigin;

    private record Layer(String path, String description, String line) {}

    private record Variable(Value value, Initial initial) {}

    /** A graph for inference. */
    public GraphBuilder() {
        this(Mode.INFERENCE);
    }

    public GraphBuilder(Mode mode) {
        this(mode, false);
    }

    /**
     * @param shared whether several devices have a part of each batch
     */
    public GraphBuilder(Mode mode, boolean shared) {
        this.mode = mode;
        this.shared = shared;
        this.decoding = null;
    }

    private GraphBuilder(Dim sequences, Dim tokens, long context) {
        this.mode = Mode.INFERENCE;
        this.shared = false;
        this.decoding = new Decoding(this, sequences, tokens, context);
    }

    /** A graph for inference that goes on with sequences whose beginnings are in caches; see {@link Decoding}. */
    public static GraphBuilder decoding(Dim sequences, Dim tokens, long context) {
        return new GraphBuilder(sequences, tokens, context);
    }

    /** The next number in the order of creation of everything that takes one. */
    public static long nextCreationNumber() {
        return CREATED.incrementAndGet();
    }

    /** This graph's number in the order of creation: a parameter with a larger one was made during the trace. */
    public long number() {
        return number;
    }

    /** Whether training or inference is traced. */
    public Mode mode() {
        return mode;
    }

    /** Whether several devices have a part of each batch: what is of the whole batch has to be added up over them. */
    public boolean isShared() {
        return shared;
    }

    /** What a graph knows that goes on with sequences; null where this one does not. */
    public Decoding decoding() {
        return decoding;
    }

    /** The number of nodes so far, which is the number that the next one gets. */
    public int size() {
        return nodes.size();
    }

    /** The nodes so far. */
    List<Node> nodes() {
        return nodes;
    }

    /** Nodes added from here on have the given origin: a pass keeps that of the node it rewrites. */
    void startAt(Origin origin) {
        fixedOrigin = origin;
    }

    /** Nodes that {@code body} adds have the given origin: a gradient belongs to the layer it comes from. */
    public <T> T withOrigin(Origin origin, Supplier<T> body) {
        Origin before = fixedOrigin;
        fixedOrigin = origin;
        try {
            return body.get();
        } finally {
            fixedOrigin = before;
        }
    }

    /** Adds a node of a given origin. */
    Node addAt(Origin origin, Operation operation, List<Value> arguments, Attributes attributes) {
        startAt(origin);
        return add(operation, arguments, attributes);
    }

    /** Adds a node. */
    public Node add(Operation operation, List<Value> arguments, Attributes attributes) {
        Origin origin = origin();
        List<TensorType> types;
        try {
            for (Value argument : arguments) {
                requireOwn(argument);
            }
            types = operation.infer(Node.types(arguments), attributes);
        } catch (ShapeException e) {
            throw explain(operation.label() + ": " + e.getMessage(), origin, e);
        }
        var node = new Node(nodes.size(), operation, arguments, attributes, types, origin);
        nodes.add(node);
        return node;
    }

    private void requireOwn(Value value) {
        int id = value.node().id();
        if (id >= nodes.size() || nodes.get(id) != value.node()) {
            throw new ShapeException("an operand belongs to another graph: tensors live in the trace that made them");
        }
    }

    private Origin origin() {
        if (fixedOrigin != null) {
            return fixedOrigin;
        }
        if (layers.isEmpty()) {
            return new Origin("", "", SourceLine.find());
        }
        Layer layer = layers.peek();
        return new Origin(layer.path(), layer.description(), SourceLine.find(layer.line()));
    }

    /** A shape error with the place in the model and in the user's source. */
    public ShapeException shapeError(String message) {
        return explain(message, origin(), null);
    }

    private ShapeException explain(String message, Origin origin, ShapeException cause) {
        var text = new StringBuilder(message);
        if (!origin.layer().isEmpty()) {
            text.append("\n  in  ").append(origin.layer());
        }
        if (!origin.line().isEmpty()) {
            text.append("\n  at  ").append(origin.line());
        }
        if (!previousLayer.isEmpty()) {
            text.append("\n  the layer before it, ").append(previousLayer);
        } else if (!origin.layer().isEmpty()) {
            inputs.forEach((name, value) ->
                    text.append("\n  the input '").append(name).append("' is ").append(value.type()));
        }
        return new ShapeException(text.toString(), cause);
    }

    /**
     * Traces a layer: nodes added by {@code body} carry its path.
     *
     * @param line where the layer was made, used where no line of the user's is on the stack
     */
    public Value inLayer(String path, String description, String line, Supplier<Value> body) {
        layers.push(new Layer(path, description, line));
        try {
            Value result = body.get();
            previousLayer = new Origin(path, description, "").layer() + ", gives " + result.shape();
            return result;
        } finally {
            layers.pop();
        }
    }

    /** The path of the layer that is being traced; empty outside of layers. */
    public String layerPath() {
        return layers.isEmpty() ? "" : layers.peek().path();
    }

    /**
     * A named input.
     *
     * @throws BatonException if the name is already taken by an input of another type
     */
    public Value input(String name, TensorType type) {
        return declared(inputs, Primitive.INPUT, name, type);
    }

    /**
     * A scalar input that the runtime fills in: {@link #SEED}, {@link #STEP}, {@link #UPDATE}, {@link #LEARNING_RATE} or
     * {@link #SHARE}.
     */
    public Value runtimeScalar(String name) {
        DType dtype = name.equals(LEARNING_RATE) || name.equals(SHARE) ? DType.FLOAT32 : DType.INT64;
        return input(name, new TensorType(dtype, Shape.scalar()));
    }

    /**
     * The value of a session's variable at the start of the step.
     *
     * @param initial makes its first value, in a session that does not have it yet
     */
    public Value variable(String name, TensorType type, Initial initial) {
        Variable known = variables.get(name);
        if (known == null) {
            Value value = declared(new HashMap<>(), Primitive.VARIABLE, name, type);
            known = new Variable(value, initial);
            variables.put(name, known);
        } else if (!known.value().type().equals(type)) {
            throw new BatonException(
                    "variable '" + name + "' is " + known.value().type() + " and cannot also be " + type);
        }
        return known.value();
    }

    /** The variables read so far, in the order of their first use, with what makes their first value. */
    public Map<Value, Initial> variables() {
        var read = new LinkedHashMap<Value, Initial>();
        variables.values().forEach(variable -> read.put(variable.value(), variable.initial()));
        return read;
    }

    private Value declared(Map<String, Value> names, Primitive leaf, String name, TensorType type) {
        Value known = names.get(name);
        if (known == null) {
            var attributes = Attributes.of("name", name)
                    .with("shape", type.shape())
                    .with("dtype", type.dtype().name());
            known = add(leaf, List.of(), attributes).output(0);
            names.put(name, known);
        } else if (!known.type().equals(type)) {
            throw new BatonException("input '" + name + "' is " + known.type() + " and cannot also be " + type);
        }
        return known;
    }

    /** The variable is given this value when the step is done. */
    public void assign(Value variable, Value value) {
        String name = variable.node().attributes().text("name");
        if (!variable.type().equals(value.type())) {
            throw new ShapeException(
                    "assign: variable '" + name + "' is " + variable.type() + ", the value " + value.type());
        }
        if (assignments.putIfAbsent(name, value) != null) {
            throw new BatonException("variable '" + name + "' is assigned twice in one step");
        }
    }

    /** What a variable is going to be, as far as the step is traced: what it is given, or its value at the start. */
    public Value latest(Value variable) {
        return assignments.getOrDefault(variable.node().attributes().text("name"), variable);
    }

    /** As {@link #assign}, in the place of what the variable was to be given so far; see {@link #latest}. */
    public void reassign(Value variable, Value value) {
        assignments.remove(variable.node().attributes().text("name"));
        assign(variable, value);
    }

    /** What variables are given so far. */
    public List<Value> assigned() {
        return List.copyOf(assignments.values());
    }

    /** Every assignment so far takes place only where a truth value holds; else the variable stays as it is. */
    public void assignOnlyWhere(Value condition) {
        var emit = new Emitter(this);
        assignments.replaceAll((name, value) -> emit.select(
                emit.broadcast(condition, value.shape()),
                value,
                variables.get(name).value()));
    }

    /** Takes every assignment so far back: the variables stay as they are. */
    public void assignNothing() {
        assignments.clear();
    }

    /** Hands a value out with the step under a name. */
    public void output(String name, Value value) {
        requireOwn(value);
        if (outputs.putIfAbsent(name, value) != null) {
            throw new BatonException("there are two outputs named '" + name + "'\n  at  " + SourceLine.find());
        }
    }

    /**
     * A stream of random numbers of its own for the layer that is being traced; the same from trace to trace.
     */
    public long randomStream() {
        String path = layerPath();
        int ordinal = randomStreams.merge(path, 1, Integer::sum);
        int hash = 0x811c9dc5; // FNV-1a
        for (byte b : (path + "#" + ordinal).getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x01000193;
        }
        return hash & 0xffffffffL;
    }

    /** The finished graph. */
    public Graph build() {
        var initials = new LinkedHashMap<String, Initial>();
        var variableValues = new LinkedHashMap<String, Value>();
        variables.forEach((name, variable) -> {
            variableValues.put(name, variable.value());
            initials.put(name, variable.initial());
        });
        var graph = new Graph(nodes, inputs, variableValues, initials, outputs, assignments);
        GraphVerifier.verify(graph);
        return graph;
    }
}
