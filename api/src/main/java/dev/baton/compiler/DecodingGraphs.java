package dev.baton.compiler;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.CachedAttention;
import dev.baton.composite.RotaryAtPositions;
import dev.baton.composite.RotaryEmbedding;
import dev.baton.composite.TokenPositions;
import dev.baton.graph.Decoding;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** What is done to graphs that go on with sequences ({@link Decoding}) before they are compiled. */
public final class DecodingGraphs {

    /** The input with the number of the token that is to be answered, for each sequence, among all N T: int32 [N]. */
    public static final String ANSWERED = "answered";

    private DecodingGraphs() {}

    /**
     * Fails where tokens look at each other in other ways than by causal attention: then those that come later would change
     * what earlier ones were taken for.
     *
     * @param tokens the symbol of the number of new tokens
     * @throws ShapeException naming the layer
     */
    public static void requireCausal(Graph graph, String tokens) {
        AlongSymbol.requireSeparate(graph, tokens, node -> knowsPositions(node, tokens));
    }

    /**
     * Fails where a node counts other positions than there are.
     *
     * @throws ShapeException naming the layer
     */
    public static void requireContext(Graph graph, long context) {
        for (Node node : graph.nodes()) {
            boolean differs = node.attributes().has(RotaryAtPositions.CONTEXT)
                    && node.attributes().integer(RotaryAtPositions.CONTEXT) != context;
            if (differs) {
                throw new ShapeException(node.origin().layer() + " knows other positions than " + context);
            }
        }
    }

    private static boolean knowsPositions(Node node, String tokens) {
        if (node.operation() == RotaryAtPositions.INSTANCE) {
            int axis = (int) node.attributes().integer(RotaryEmbedding.AXIS);
            return node.input(0).shape().dim(axis).equals(Dim.symbol(tokens));
        }
        return node.operation() == TokenPositions.INSTANCE || node.operation() instanceof CachedAttention;
    }

    /**
     * The graph that gives an output for one token of each sequence alone, [N, 1, ...], which input {@link #ANSWERED} names.
     * What only leads to this output is computed for that token alone: the head's product with the whole vocabulary, and
     * all of the last block behind its attention.
     *
     * @param graph as {@link #requireCausal} lets it pass
     * @param output its name
     * @param tokens the symbol of the number of new tokens
     * @throws ShapeException if the model has its sequences in another dimension than the first
     */
    public static Graph answeringOne(Graph graph, String output, String tokens) {
        Set<Value> inOrder = AlongSymbol.requireSeparate(graph, tokens, node -> knowsPositions(node, tokens));
        boolean[] whole = whole(graph, output, tokens);
        Dim along = Dim.symbol(tokens);
        Map<String, Long> one = Map.of(tokens, 1L);
        Dim sequences = graph.outputs().get(output).shape().dim(0);
        return new Graph.Rewriter(graph) {
            private final Map<Value, Value> picked = new HashMap<>();

            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                if (whole[node.id()] || node.outputs().stream().allMatch(type -> !has(type.shape(), tokens))) {
                    return copy(node, inputs, node.attributes());
                }
                List<Value> ofOne = IntStream.range(0, inputs.size())
                        .mapToObj(i -> ofOne(node.input(i), inputs.get(i)))
                        .toList();
                return copy(node, ofOne, node.attributes().bind(one));
            }

            /** The same value for the tokens that are answered. */
            private Value ofOne(Value before, Value now) {
                return whole[before.node().id()] && has(before.shape(), tokens)
                        ? picked.computeIfAbsent(before, unused -> pick(before, now))
                        : now;
            }

            /** [N, p, T, q] with any p and q as rows of [N T, p q], of which those are taken that are asked for. */
            private Value pick(Value traced, Value value) {
                Shape shape = value.shape();
                int axis = IntStream.range(0, shape.rank())
                        .filter(i -> shape.dim(i).symbols().contains(tokens))
                        .findFirst()
                        .orElseThrow();
                Dim before = Shape.of(shape.dims().subList(0, axis)).elements().times(shape.dim(axis));
                Dim p = before.dividedBy(sequences.times(along));
                boolean isFirst = shape.dim(0).symbols().containsAll(sequences.symbols());
                if (p == null || !isFirst || !inOrder.contains(traced)) {
                    throw new ShapeException(traced.node().origin().layer() + " has " + traced.type()
                            + ", where sequences are not the first dimension and tokens not one of their own: "
                            + "such a model cannot write text token by token");
                }
                Dim q = Shape.of(shape.dims().subList(axis + 1, shape.rank())).elements();
                Value rows =
                        emit().transpose(emit().reshape(value, Shape.of(List.of(sequences, p, along, q))), 0, 2, 1, 3);
                Value table = emit().reshape(rows, Shape.of(List.of(sequences.times(along), p.times(q))));
                return emit().reshape(emit().gather(table, answered(), 0), shape.bind(one));
            }

            private Value answered() {
                return emit().builder().input(ANSWERED, new TensorType(DType.INT32, Shape.of(List.of(sequences))));
            }

            @Override
            protected void addOutputs(Map<String, Value> inputs, Map<String, Value> outputs) {
                inputs.put(ANSWERED, answered());
                outputs.put(output, ofOne(graph.outputs().get(output), outputs.get(output)));
            }
        }.run().bind(Map.of());
    }

    private static boolean has(Shape shape, String symbol) {
        return shape.dims().stream().anyMatch(dim -> dim.symbols().contains(symbol));
    }

    /** Which nodes are computed for all tokens: those that know positions, and what they and other outputs are made of. */
    private static boolean[] whole(Graph graph, String output, String tokens) {
        var whole = new boolean[graph.nodes().size()];
        graph.outputs().forEach((name, value) -> whole[value.node().id()] |= !name.equals(output));
        graph.inputs().values().forEach(value -> whole[value.node().id()] = true);
        for (int i = whole.length - 1; i >= 0; i--) {
            Node node = graph.nodes().get(i);
            whole[i] |= knowsPositions(node, tokens);
            if (whole[i]) {
                node.inputs().forEach(input -> whole[input.node().id()] = true);
            }
        }
        return whole;
    }

    /**
     * The graph for sequences of so many tokens that begin, without caches: an output for the last token of each, [N, 1, ...].
     *
     * @param graph as {@link #requireCausal} lets it pass
     * @param output its name
     * @param tokens the symbol of the number of new tokens
     */
    public static Graph withoutCaches(Graph graph, String output, String tokens, long count) {
        return new Graph.Rewriter(graph.bind(Map.of(tokens, count))) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                if (isInput(node, Decoding.POSITIONS)) {
                    return List.of(emit().full(node.output(0).type(), 0));
                }
                return node.operation() instanceof CachedAttention attention
                        ? attention.withoutCaches(emit(), inputs, node.attributes())
                        : copy(node, inputs, node.attributes());
            }

            @Override
            protected void addOutputs(Map<String, Value> inputs, Map<String, Value> outputs) {
                inputs.keySet().removeIf(name -> name.equals(Decoding.POSITIONS) || Decoding.isCache(name));
                Value all = outputs.get(output);
                outputs.clear();
                outputs.put(output, emit().slice(all, 1, count - 1, count));
            }
        }.run().bind(Map.of());
    }

    private static boolean isInput(Node node, String name) {
        return node.is(Primitive.INPUT) && node.attributes().text("name").equals(name);
    }

    /**
     * The graph with variables in the place of its caches, which a run changes where they lie.
     *
     * @param rows how many sequences the caches have room for
     */
    public static Graph withCaches(Graph graph, long rows) {
        var builder = new GraphBuilder();
        var values = new HashMap<Value, Value>();
        for (Node node : graph.nodes()) {
            String name = node.attributes().has("name") ? node.attributes().text("name") : "";
            Value own = builder.withOrigin(node.origin(), () -> leaf(builder, graph, node, name, rows));
            if (own != null) {
                values.put(node.output(0), own);
                continue;
            }
            List<Value> inputs = node.inputs().stream().map(values::get).toList();
            Node copy =
                    builder.withOrigin(node.origin(), () -> builder.add(node.operation(), inputs, node.attributes()));
            IntStream.range(0, node.outputs().size()).forEach(i -> values.put(node.output(i), copy.output(i)));
        }
        graph.outputs().forEach((name, value) -> {
            if (Decoding.isCache(name)) {
                builder.assign(values.get(graph.inputs().get(name)), values.get(value));
            } else {
                builder.output(name, values.get(value));
            }
        });
        return builder.build();
    }

    /** An input or a variable of the new graph; null for other nodes. */
    private static Value leaf(GraphBuilder builder, Graph graph, Node node, String name, long rows) {
        if (node.is(Primitive.VARIABLE)) {
            return builder.variable(name, node.output(0).type(), graph.initial(name));
        } else if (!node.is(Primitive.INPUT)) {
            return null;
        }
        TensorType type = node.output(0).type();
        if (!Decoding.isCache(name)) {
            return builder.input(name, type);
        }
        TensorType cache = type.withShape(type.shape().with(0, Dim.of(rows)));
        return builder.variable(name + " of " + rows, cache, DecodingGraphs::nothing);
    }

    /** What is in a cache before it is written to is not read. */
    private static NDArray nothing(long seed) {
        return null;
    }
}
