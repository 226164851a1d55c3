package dev.baton.cost;

import dev.baton.compiler.Compiler;
import dev.baton.composite.Convolution;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.LayerVariable;
import dev.baton.nn.Parameter;
import dev.baton.program.Kernel;
import dev.baton.program.Program;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts what a step costs: operations in its graph, bytes in the program that is made from it. */
final class StepAnalysis {

    /** What is added up for a layer. */
    private static final class Sums {
        private long parameters;
        private long forward;
        private long backward;
        private long bytes;
        private long activations;
    }

    private final Graph graph;
    private final Phases phases;
    private final Map<String, Sums> layers = new LinkedHashMap<>();
    private long update;

    private StepAnalysis(Graph graph) {
        this.graph = graph;
        this.phases = Phases.of(graph);
    }

    /**
     * The cost of a step.
     *
     * @param graph of fixed shapes
     * @param program what a backend would run of it
     * @param shared the bytes of the backend's own that the program wants while it runs
     */
    static StepCost of(Graph graph, long batch, Program program, long shared) {
        return new StepAnalysis(graph).count(batch, program, shared);
    }

    private StepCost count(long batch, Program program, long shared) {
        graph.nodes().forEach(this::count);
        activations()
                .forEach(value -> sums(value.node()).activations += value.type().bytes());
        long bytes = 0;
        for (Kernel kernel : program.kernels()) {
            long moved = Traffic.of(kernel).bytes();
            bytes += moved;
            sums(kernel.layer()).bytes += moved;
        }
        long parameters =
                layers.values().stream().mapToLong(sums -> sums.parameters).sum();
        List<LayerCost> rows = rows(parameters);
        return new StepCost(
                batch,
                rows,
                parameters,
                new Operations(
                        rows.stream()
                                .mapToLong(row -> row.operations().forward())
                                .sum(),
                        rows.stream()
                                .mapToLong(row -> row.operations().backward())
                                .sum(),
                        update),
                bytes,
                variables(true),
                Phases.gradients(graph).stream()
                        .map(Value::type)
                        .mapToLong(TensorType::bytes)
                        .sum(),
                variables(false),
                layers.values().stream().mapToLong(sums -> sums.activations).sum(),
                graph.inputs().values().stream()
                        .map(Value::type)
                        .mapToLong(TensorType::bytes)
                        .sum(),
                program.memory(),
                shared);
    }

    private void count(Node node) {
        Sums sums = sums(node);
        if (node.is(Primitive.VARIABLE)) {
            if (graph.initial(node.attributes().text("name")) instanceof Parameter) {
                sums.parameters += node.outputs().get(0).shape().size();
            }
            return;
        }
        long operations = node.operations();
        switch (phases.of(node)) {
            case FORWARD -> sums.forward += operations;
            case BACKWARD -> sums.backward += operations;
            case UPDATE -> update += operations;
        }
    }

    private Sums sums(Node node) {
        return sums(node.origin().path().isEmpty() ? "" : node.origin().layer());
    }

    private Sums sums(String layer) {
        return layers.computeIfAbsent(layer, key -> new Sums());
    }

    /** The values of the forward pass that have to be kept for the backward pass. */
    private Set<Value> activations() {
        var kept = new HashSet<Value>();
        boolean answersOnly = Phases.gradients(graph).isEmpty();
        for (Node node : graph.nodes()) {
            if (answersOnly || phases.of(node) == Phases.Phase.BACKWARD) {
                for (Value input : node.inputs()) {
                    Value source = source(input);
                    if (phases.of(source.node()) == Phases.Phase.FORWARD
                            && !source.node().is(Primitive.Kind.LEAF)) {
                        kept.add(source);
                    }
                }
            }
        }
        return kept;
    }

    /** What a value is another view of. */
    private static Value source(Value value) {
        Value source = value;
        while (source.node().is(Primitive.Kind.MOVEMENT)) {
            source = source.node().input(0);
        }
        return source;
    }

    /** Bytes of what the model's layers keep, or of what is kept beside that. */
    private long variables(boolean ofLayers) {
        return graph.variables().entrySet().stream()
                .filter(variable -> graph.initial(variable.getKey()) instanceof LayerVariable == ofLayers)
                .mapToLong(variable -> variable.getValue().type().bytes())
                .sum();
    }

    /** The update is one for all parameters: each layer has its part of the operations, the rounding goes to later ones. */
    private List<LayerCost> rows(long parameters) {
        var rows = new ArrayList<LayerCost>();
        long before = 0;
        long shared = 0;
        for (var layer : layers.entrySet()) {
            Sums sums = layer.getValue();
            before += sums.parameters;
            long until = parameters == 0 ? 0 : (long) ((double) update / parameters * before);
            until = before == parameters ? update : until;
            long share = sums.parameters == 0 ? 0 : until - shared;
            shared += share;
            boolean outside = layer.getKey().isEmpty();
            if (sums.parameters + sums.forward + sums.backward + sums.bytes > 0) {
                rows.add(new LayerCost(
                        outside ? StepCost.OUTSIDE : layer.getKey(),
                        sums.parameters,
                        new Operations(sums.forward, sums.backward, share),
                        sums.bytes,
                        sums.activations));
            }
        }
        return rows;
    }

    /** Multiplications with an addition, of products and convolutions: what papers call multiply-adds. */
    static long multiplyAdds(Graph graph) {
        Graph products = Compiler.expand(graph, node -> node.operation() instanceof Convolution);
        long operations = 0;
        for (Node node : products.nodes()) {
            if (node.is(Primitive.MATMUL)) {
                operations += node.operations();
            } else if (node.operation() instanceof Convolution) {
                boolean biased =
                        node.operation() == Convolution.FORWARD && node.inputs().size() == 3;
                operations += node.operations()
                        - (biased ? node.outputs().get(0).shape().size() : 0);
            }
        }
        return operations / 2;
    }
}
