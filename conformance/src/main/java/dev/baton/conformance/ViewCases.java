package dev.baton.conformance;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Every operation with operands that are no arrays of their own: turned, cut out of a larger one, or repeated. Made from the
 * cases of single operations; for each operand the first that is small and where the view applies.
 */
final class ViewCases {

    private static final long LARGEST = 5000;

    private ViewCases() {}

    /** How an operand is seen. */
    private enum View {
        /** Its first and its last dimension lie the other way round in memory. */
        TURNED {
            @Override
            boolean applies(Operation operation, Shape shape) {
                return wide(shape).length >= 2;
            }

            @Override
            Shape given(Shape shape) {
                var sizes = new long[shape.rank()];
                long[] turn = turn(shape);
                for (int i = 0; i < sizes.length; i++) {
                    sizes[i] = shape.size((int) turn[i]);
                }
                return Shape.of(sizes);
            }

            @Override
            Value of(GraphBuilder builder, Value given, Shape shape) {
                return add(builder, Primitive.TRANSPOSE, given, Attributes.of("axes", turn(shape)));
            }

            private static long[] turn(Shape shape) {
                long[] axes = IntStream.range(0, shape.rank()).asLongStream().toArray();
                int[] wide = wide(shape);
                axes[wide[0]] = wide[wide.length - 1];
                axes[wide[wide.length - 1]] = wide[0];
                return axes;
            }
        },

        /** Its rows lie in longer ones. */
        PART {
            @Override
            boolean applies(Operation operation, Shape shape) {
                return shape.rank() > 0;
            }

            @Override
            Shape given(Shape shape) {
                return shape.with(shape.rank() - 1, Dim.of(shape.size(-1) + 2));
            }

            @Override
            Value of(GraphBuilder builder, Value given, Shape shape) {
                var starts = new long[shape.rank()];
                starts[starts.length - 1] = 1;
                return add(
                        builder,
                        Primitive.SLICE,
                        given,
                        Attributes.of("starts", starts).with("shape", shape));
            }
        },

        /** It is the same along its first dimension. */
        REPEATED {
            /** What counts on differences within an operand makes no sense of one without any. */
            @Override
            boolean applies(Operation operation, Shape shape) {
                return (operation instanceof Primitive || operation.isElementwise()) && wide(shape).length > 0;
            }

            @Override
            Shape given(Shape shape) {
                return shape.with(wide(shape)[0], Dim.of(1));
            }

            @Override
            Value of(GraphBuilder builder, Value given, Shape shape) {
                return add(builder, Primitive.BROADCAST, given, Attributes.of("shape", shape));
            }
        };

        abstract boolean applies(Operation operation, Shape shape);

        /** The shape in memory. */
        abstract Shape given(Shape shape);

        abstract Value of(GraphBuilder builder, Value given, Shape shape);

        /** The axes along which there is more than one element. */
        private static int[] wide(Shape shape) {
            return IntStream.range(0, shape.rank())
                    .filter(axis -> shape.size(axis) > 1)
                    .toArray();
        }

        private static Value add(GraphBuilder builder, Primitive primitive, Value given, Attributes attributes) {
            return builder.add(primitive, List.of(given), attributes).output(0);
        }

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** What one case is enough for. */
    private record Wanted(Operation operation, int operand, View view) {}

    /**
     * @param cases of whatever kind; those of one operation are taken
     */
    static List<Case> of(List<Case> cases) {
        var made = new ArrayList<Case>();
        Set<Wanted> done = new HashSet<>();
        for (Case tried : cases) {
            if (tried.subject() == null) {
                continue;
            }
            Graph graph = tried.graph().get();
            if (!graph.variables().isEmpty() || elements(graph) > LARGEST) {
                continue;
            }
            Node node = graph.nodes().get(graph.nodes().size() - 1);
            for (int operand = 0; operand < node.inputs().size(); operand++) {
                Value value = node.input(operand);
                for (View view : View.values()) {
                    if (value.node().is(Primitive.INPUT)
                            && value.shape().size() > 0
                            && view.applies(tried.subject(), value.shape())
                            && done.add(new Wanted(tried.subject(), operand, view))) {
                        made.add(made(tried, operand, value.node(), view));
                    }
                }
            }
        }
        return made;
    }

    private static long elements(Graph graph) {
        return graph.inputs().values().stream()
                .mapToLong(input -> input.shape().size())
                .sum();
    }

    private static Case made(Case tried, int operand, Node seen, View view) {
        return new Case(
                "views as operands",
                tried.name() + ", operand " + operand + " " + view.label(),
                tried.subject(),
                () -> copy(tried.graph().get(), seen.id(), view),
                tried.fills(),
                1,
                tried.tolerance());
    }

    /** The graph, in which one input is replaced by a view of an input. */
    private static Graph copy(Graph graph, int seen, View view) {
        var builder = new GraphBuilder();
        var copies = new HashMap<Value, Value>();
        for (Node node : graph.nodes()) {
            if (node.is(Primitive.INPUT)) {
                TensorType type = node.outputs().get(0);
                Shape shape = type.shape();
                boolean changed = node.id() == seen;
                Value input = builder.input(
                        node.attributes().text("name"), changed ? type.withShape(view.given(shape)) : type);
                copies.put(node.output(0), changed ? view.of(builder, input, shape) : input);
                continue;
            }
            List<Value> inputs = node.inputs().stream().map(copies::get).toList();
            Node copy = builder.add(node.operation(), inputs, node.attributes());
            for (int i = 0; i < copy.outputs().size(); i++) {
                copies.put(node.output(i), copy.output(i));
            }
        }
        graph.outputs().forEach((name, value) -> builder.output(name, copies.get(value)));
        return builder.build();
    }
}
