package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.composite.Activations;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.Dropout;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What follows a product element by element is done in the product's shape, and no bit changes. */
class ReshapeLaterTest {

    private static final Shape SEQUENCES = Shape.of(2, 3, 4);

    /** The result of a function of sequences, and its gradient by them. */
    private static Graph training(UnaryOperator<Tensor> function) {
        var builder = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        Value x = builder.input("x", new TensorType(DType.FLOAT32, SEQUENCES));
        Value y = function.apply(Tensor.of(builder, x)).value();
        builder.output("result", y);
        var emit = new Emitter(builder);
        Value loss = emit.sumAll(emit.mul(y, y));
        builder.output("gradient", Gradients.of(emit, loss, List.of(x)).get(0));
        return builder.build();
    }

    private static Graph reshaped(Graph graph) {
        Graph reshaped = Simplify.run(ReshapeLater.run(graph));
        Map<String, double[]> expected = run(graph);
        Map<String, double[]> actual = run(reshaped);
        expected.forEach(
                (name, numbers) -> assertThat(actual.get(name)).as(name).containsExactly(numbers));
        return reshaped;
    }

    private static Map<String, double[]> run(Graph graph) {
        var random = new Random(5);
        var values = new HashMap<String, double[]>();
        graph.inputs()
                .forEach((name, value) -> values.put(
                        name, random.doubles(value.shape().size(), -1, 1).toArray()));
        graph.variables()
                .forEach((name, value) -> values.put(
                        name, random.doubles(value.shape().size(), -1, 1).toArray()));
        return new Interpreter(graph, Interpreter.Precision.FLOAT)
                .run(values, values)
                .outputs();
    }

    private static List<Shape> shapes(Graph graph, Operation operation) {
        return MergeEqualNodes.run(graph).nodes().stream()
                .filter(node -> node.operation() == operation)
                .map(node -> node.outputs().get(0).shape())
                .toList();
    }

    @Test
    void biasActivationAndShortcutTakeTheShapeOfTheProduct() {
        Layer model = Sequential.of(new Linear(4, 5), new GELU(), new Linear(5, 4));
        Graph graph = training(x -> {
            // Read by two, so that it is in memory.
            Tensor stored = x.multiply(2);
            return Layer.trace(model, stored).add(stored).tanh();
        });
        assertThat(shapes(graph, Activations.GELU)).containsExactly(Shape.of(2, 3, 5));
        assertThat(shapes(graph, Primitive.TANH)).containsExactly(SEQUENCES);
        Graph reshaped = reshaped(graph);
        assertThat(shapes(reshaped, Activations.GELU)).containsExactly(Shape.of(6, 5));
        assertThat(shapes(reshaped, Activations.GELU_SLOPE)).containsExactly(Shape.of(6, 5));
        assertThat(shapes(reshaped, Primitive.TANH)).containsExactly(Shape.of(6, 4));
    }

    /** What is computed on the spot would have to be stored to be read in another shape. */
    @Test
    void notWhereAnOperandIsComputedBesideIt() {
        Layer model = new Linear(4, 4);
        Graph reshaped =
                reshaped(training(x -> Layer.trace(model, x).add(x.abs()).tanh()));
        assertThat(shapes(reshaped, Primitive.ABS)).containsExactly(SEQUENCES);
        assertThat(shapes(reshaped, Primitive.TANH)).containsExactly(SEQUENCES);
    }

    /** Random numbers are those of an element's place, in whatever shape. */
    @Test
    void aMaskOfForwardsAndBackwardsStays() {
        Layer model = Sequential.of(new Linear(4, 5), new Dropout(0.5), new Linear(5, 4));
        Graph reshaped = reshaped(training(x -> Layer.trace(model, x)));
        assertThat(shapes(reshaped, Primitive.RANDOM_UNIFORM)).containsExactly(Shape.of(2, 3, 5));
    }

    @Test
    void notWhereAnOperandIsTurned() {
        Layer model = new Linear(4, 4);
        Graph reshaped = reshaped(training(
                x -> Layer.trace(model, x).slice(1, 0, 2).add(x.slice(1, 0, 2).tanh())));
        assertThat(shapes(reshaped, Primitive.TANH)).containsExactly(Shape.of(2, 2, 4));
    }

    @Test
    void whatHasNoReshapeStaysAsItIs() {
        Graph graph = training(x -> x.tanh().multiply(2));
        assertThat(ReshapeLater.run(graph)).isSameAs(graph);
    }
}
