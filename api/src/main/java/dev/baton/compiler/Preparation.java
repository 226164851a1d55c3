package dev.baton.compiler;

import dev.baton.NDArray;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Parts the graph of a model whose variables do not change any more: what depends on variables and constants alone, such
 * as weights that the batch normalisation of inference is folded into, is computed once and is a variable of the rest.
 *
 * @param once what is computed once; its outputs have the names of the variables of {@code rest} that they are the
 *     values of. Without outputs there is nothing to compute
 * @param rest what is computed at every run
 */
public record Preparation(Graph once, Graph rest) {

    private static final String NAME = "prepared/";

    /** Parts a graph as it was traced, for any backend. */
    public static Preparation of(Graph traced) {
        return of(traced, NAME);
    }

    /**
     * The same beside another graph of the same session.
     *
     * @param prefix of the names of new variables, which is not another graph's
     */
    public static Preparation of(Graph traced, String prefix) {
        return parted(FoldBatchNorms.run(traced), prefix);
    }

    /**
     * Parts a graph as it was traced, for a backend: what it transforms weights to is computed once, too.
     *
     * @param byWinograd whether it computes a convolution by Winograd's method
     */
    public static Preparation of(Graph traced, Predicate<Node> byWinograd) {
        Graph folded = FoldBatchNorms.run(traced);
        return parted(TransformConvolutions.run(folded, fixed(folded), byWinograd), NAME);
    }

    private static Preparation parted(Graph graph, String prefix) {
        Map<Value, String> prepared = prepared(graph, unused(graph, prefix));
        var outputs = new LinkedHashMap<String, Value>();
        prepared.forEach((value, name) -> outputs.put(name, value));
        Graph rest = new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                var values = new ArrayList<>(copy(node, inputs, node.attributes()));
                for (int i = 0; i < values.size(); i++) {
                    String name = prepared.get(node.output(i));
                    if (name != null) {
                        TensorType type = node.output(i).type();
                        values.set(
                                i,
                                emit().builder()
                                        .variable(name, type, seed -> NDArray.zeros(type.dtype(), type.shape())));
                    }
                }
                return values;
            }
        }.run();
        // What only led to prepared values is needed by nobody now.
        return new Preparation(graph.part(outputs), rest.part(rest.outputs()));
    }

    /** The graph of a file may have been prepared before, and have variables of such names. */
    private static String unused(Graph graph, String prefix) {
        boolean isUsed = graph.variables().keySet().stream().anyMatch(name -> name.startsWith(prefix));
        return isUsed ? unused(graph, "again/" + prefix) : prefix;
    }

    /** The values that are computed from variables and constants alone and read by something else, with their names. */
    private static Map<Value, String> prepared(Graph graph, String prefix) {
        boolean[] fixed = fixed(graph);
        var prepared = new LinkedHashMap<Value, String>();
        var needed = new boolean[graph.nodes().size()];
        graph.outputs().values().forEach(value -> need(value, fixed, needed, prepared, prefix));
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            if (needed[i]) {
                graph.nodes().get(i).inputs().forEach(value -> need(value, fixed, needed, prepared, prefix));
            }
        }
        return prepared;
    }

    private static void need(
            Value value, boolean[] fixed, boolean[] needed, Map<Value, String> prepared, String prefix) {
        Node node = value.node();
        // A movement is read where it is used, as another way through the same memory.
        boolean computes = !node.is(Primitive.Kind.LEAF) && !node.is(Primitive.Kind.MOVEMENT);
        if (fixed[node.id()] && computes) {
            prepared.putIfAbsent(value, prefix + prepared.size());
        } else {
            needed[node.id()] = true;
        }
    }

    /** Which nodes depend on no input, and have sizes that are numbers. */
    private static boolean[] fixed(Graph graph) {
        var fixed = new boolean[graph.nodes().size()];
        for (Node node : graph.nodes()) {
            boolean asksForSize =
                    node.is(Primitive.SIZE) && !node.attributes().shape("shape").isFixed();
            fixed[node.id()] = !node.is(Primitive.INPUT)
                    && !asksForSize
                    && node.outputs().stream().allMatch(type -> type.shape().isFixed())
                    && node.inputs().stream()
                            .allMatch(value -> fixed[value.node().id()]);
        }
        return fixed;
    }
}
