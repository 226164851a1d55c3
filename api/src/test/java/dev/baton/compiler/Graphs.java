package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Operation;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Graphs for the tests of passes, and what these look at. */
final class Graphs {

    private Graphs() {}

    /** The result of a function of x, and the gradients of its sum of squares by x and by the parameters. */
    static Graph training(Shape shape, UnaryOperator<Tensor> function) {
        var builder = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        Value x = builder.input("x", new TensorType(DType.FLOAT32, shape));
        Value result = function.apply(Tensor.of(builder, x)).value();
        builder.output("result", result);
        var by = new LinkedHashMap<String, Value>();
        by.put("x", x);
        builder.variables().keySet().forEach(variable -> {
            String name = variable.node().attributes().text("name");
            if (!name.contains("running")) {
                by.put(name, variable);
            }
        });
        var emit = new Emitter(builder);
        List<Value> gradients = Gradients.of(emit, emit.sumAll(emit.mul(result, result)), List.copyOf(by.values()));
        int next = 0;
        for (String name : by.keySet()) {
            builder.output("by " + name, gradients.get(next++));
        }
        return builder.build();
    }

    /** The shapes of the first results of an operation's nodes, without those that nobody needs. */
    static List<Shape> shapes(Graph graph, Operation operation) {
        return MergeEqualNodes.run(graph).nodes().stream()
                .filter(node -> node.operation() == operation)
                .map(node -> node.outputs().get(0).shape())
                .toList();
    }

    static int count(Graph graph, Operation operation) {
        return shapes(graph, operation).size();
    }

    /** That a pass changes no bit of any output, at random inputs and variables. */
    static void assertSameBits(Graph before, Graph after) {
        assertSameBits(before, after, Map.of());
    }

    /**
     * The same.
     *
     * @param given inputs that are not random
     */
    static void assertSameBits(Graph before, Graph after, Map<String, double[]> given) {
        Map<String, double[]> expected = run(before, given);
        Map<String, double[]> actual = run(after, given);
        expected.forEach(
                (name, numbers) -> assertThat(actual.get(name)).as(name).containsExactly(numbers));
    }

    private static Map<String, double[]> run(Graph graph, Map<String, double[]> given) {
        var random = new Random(5);
        var values = new HashMap<String, double[]>();
        for (var named : List.of(graph.inputs(), graph.variables())) {
            named.forEach((name, value) ->
                    values.put(name, random.doubles(value.shape().size(), -1, 1).toArray()));
        }
        values.putAll(given);
        return new Interpreter(graph, Interpreter.Precision.FLOAT)
                .run(values, values)
                .outputs();
    }
}
