package dev.baton.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An immutable list of nodes in topological order, with named inputs, variables, outputs and assignments. */
public final class Graph {

    private final List<Node> nodes;
    private final Map<String, Value> inputs;
    private final Map<String, Value> variables;
    private final Map<String, Initial> initials;
    private final Map<String, Value> outputs;
    private final Map<String, Value> assignments;

    Graph(
            List<Node> nodes,
            Map<String, Value> inputs,
            Map<String, Value> variables,
            Map<String, Initial> initials,
            Map<String, Value> outputs,
            Map<String, Value> assignments) {
        this.nodes = List.copyOf(nodes);
        this.inputs = ordered(inputs);
        this.variables = ordered(variables);
        this.initials = ordered(initials);
        this.outputs = ordered(outputs);
        this.assignments = ordered(assignments);
    }

    private static <T> Map<String, T> ordered(Map<String, T> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    /** All nodes; inputs of a node come before it. */
    public List<Node> nodes() {
        return nodes;
    }

    /** The named inputs, in the order of their declaration. */
    public Map<String, Value> inputs() {
        return inputs;
    }

    /** Whether several devices have a part of each batch: then one of the inputs is a device's share of it. */
    public boolean isShared() {
        return inputs.containsKey(GraphBuilder.SHARE);
    }

    /** The variables that are read, in the order of their first use. */
    public Map<String, Value> variables() {
        return variables;
    }

    /** What makes a variable's first value. */
    public Initial initial(String variable) {
        return initials.get(variable);
    }

    /** The values handed out, by name. */
    public Map<String, Value> outputs() {
        return outputs;
    }

    /** The values that variables have after the step, by the variable's name. */
    public Map<String, Value> assignments() {
        return assignments;
    }

    List<TensorType> outputTypes() {
        return outputs.values().stream().map(Value::type).toList();
    }

    /** Whether every shape is fixed, as compiling needs it. */
    public boolean isFixed() {
        return nodes.stream()
                .flatMap(node -> node.outputs().stream())
                .allMatch(type -> type.shape().isFixed());
    }

    /** The arithmetic operations of one run; the shapes must be fixed. */
    public long operations() {
        return nodes.stream().mapToLong(Node::operations).sum();
    }

    /** This graph with sizes in the place of the symbols of its shapes; nothing is traced again. */
    public Graph bind(Map<String, Long> sizes) {
        return new Rewriter(this) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                return copy(node, inputs, node.attributes().bind(sizes));
            }
        }.run();
    }

    /**
     * What some of this graph's values need, as a graph that hands them out and assigns nothing. Inputs that they do not
     * need are left out.
     *
     * @param wanted by the names that they are handed out under
     */
    public Graph part(Map<String, Value> wanted) {
        var read = new LinkedHashMap<String, Value>();
        var handingOut = new Graph(nodes, Map.of(), variables, initials, wanted, Map.of());
        boolean[] needed = handingOut.needed();
        inputs.forEach((name, value) -> {
            if (needed[value.node().id()]) {
                read.put(name, value);
            }
        });
        return new Graph(nodes, read, variables, initials, wanted, Map.of()).bind(Map.of());
    }

    /**
     * A pass: makes a new graph from an old one, node by node. What no output and no assignment needs is left out.
     */
    public abstract static class Rewriter {

        private final Graph source;

        /** By the number of the old node what takes the place of its outputs; null where nothing needs it. */
        private final List<List<Value>> replaced = new ArrayList<>();

        private final Emitter emitter;
        private final GraphBuilder builder = new GraphBuilder();

        protected Rewriter(Graph source) {
            this.source = source;
            this.emitter = new Emitter(builder);
        }

        /** Where {@link #rewrite} may add nodes. */
        protected final Emitter emit() {
            return emitter;
        }

        /**
         * The values that take the place of a node's outputs: those of the node itself over its new inputs, unless
         * overridden.
         *
         * @param inputs the node's inputs in the new graph
         */
        protected List<Value> rewrite(Node node, List<Value> inputs) {
            return copy(node, inputs, node.attributes());
        }

        /**
         * Adds outputs to those of the old graph; does nothing unless overridden.
         *
         * @param inputs those of the new graph, by name
         */
        protected void addOutputs(Map<String, Value> inputs, Map<String, Value> outputs) {}

        /** The node itself, over new inputs and with these attributes. */
        protected final List<Value> copy(Node node, List<Value> inputs, Attributes attributes) {
            Node copy = builder.addAt(node.origin(), node.operation(), inputs, attributes);
            return outputsOf(copy);
        }

        /** All outputs of a node. */
        protected static List<Value> outputsOf(Node node) {
            var values = new ArrayList<Value>();
            for (int i = 0; i < node.outputs().size(); i++) {
                values.add(node.output(i));
            }
            return values;
        }

        /** Runs the pass. */
        public final Graph run() {
            boolean[] needed = source.needed();
            for (Node node : source.nodes) {
                List<Value> values = null;
                if (needed[node.id()]) {
                    builder.startAt(node.origin());
                    values = rewrite(
                            node, node.inputs().stream().map(this::replaced).toList());
                }
                replaced.add(values);
            }
            Map<String, Value> inputs = replaced(source.inputs);
            Map<String, Value> outputs = replaced(source.outputs);
            addOutputs(inputs, outputs);
            Map<String, Value> variables = replaced(source.variables);
            var initials = new LinkedHashMap<>(source.initials);
            // Those that the pass has made.
            builder.variables().forEach((value, initial) -> {
                String name = value.node().attributes().text("name");
                variables.put(name, value);
                initials.put(name, initial);
            });
            return new Graph(builder.nodes(), inputs, variables, initials, outputs, replaced(source.assignments));
        }

        private List<Value> replaced(List<Value> values) {
            var result = new ArrayList<Value>(values.size());
            for (Value value : values) {
                result.add(replaced(value));
            }
            return result;
        }

        /** What has taken the place of a value of the old graph, whose node was reached before. */
        protected final Value replaced(Value value) {
            return replaced.get(value.node().id()).get(value.output());
        }

        private Map<String, Value> replaced(Map<String, Value> names) {
            var result = new LinkedHashMap<String, Value>();
            names.forEach((name, value) -> {
                if (replaced.get(value.node().id()) != null) {
                    result.put(name, replaced(value));
                }
            });
            return result;
        }
    }

    /** Which nodes an output, an assignment or an input's name needs. */
    private boolean[] needed() {
        var needed = new boolean[nodes.size()];
        outputs.values().forEach(value -> needed[value.node().id()] = true);
        assignments.values().forEach(value -> needed[value.node().id()] = true);
        assignments.keySet().forEach(name -> needed[variables.get(name).node().id()] = true);
        // Inputs stay, used or not: a program takes the arguments that the trace declared.
        inputs.values().forEach(value -> needed[value.node().id()] = true);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (needed[i]) {
                nodes.get(i).inputs().forEach(value -> needed[value.node().id()] = true);
            }
        }
        return needed;
    }

    /** One node a line, then the outputs and the assignments. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        nodes.forEach(node -> text.append(node).append('\n'));
        outputs.forEach((name, value) ->
                text.append("output ").append(name).append(" = ").append(value).append('\n'));
        assignments.forEach((name, value) ->
                text.append("assign ").append(name).append(" = ").append(value).append('\n'));
        return text.toString();
    }
}
