package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.composite.Activations;
import dev.baton.composite.Convolution;
import dev.baton.composite.RectifiedConvolution;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Layer;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RectifyConvolutionsTest {

    private static final Shape PICTURES = Shape.of(2, 3, 6, 5);

    private static Graph graph(UnaryOperator<Tensor> function) {
        var builder = new GraphBuilder();
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, PICTURES)));
        builder.output("result", function.apply(x).value());
        return builder.build();
    }

    private static long count(Graph graph, Operation operation) {
        return MergeEqualNodes.run(graph).nodes().stream()
                .filter(node -> node.operation() == operation)
                .count();
    }

    @Test
    void aReluJoinsTheConvolutionBeforeIt() {
        var model = Sequential.of(new Conv2d(3, 4, 3), new ReLU(), new Conv2d(4, 2, 3).withoutBias(), new ReLU());
        Graph graph = graph(x -> Layer.trace(model, x));
        Graph joined = RectifyConvolutions.run(graph);
        assertThat(count(joined, RectifiedConvolution.FORWARD)).isEqualTo(2);
        assertThat(count(joined, Convolution.FORWARD)).isZero();
        assertThat(count(joined, Activations.RELU)).isZero();
        assertThat(run(joined)).containsExactly(run(graph));
    }

    @Test
    void notWhereSomethingElseNeedsWhatIsNegative() {
        var convolution = new Conv2d(3, 4, 3);
        Graph graph = graph(x -> {
            Tensor y = Layer.trace(convolution, x);
            return y.relu().add(y);
        });
        assertThat(RectifyConvolutions.run(graph)).isSameAs(graph);
    }

    @Test
    void theGradientOfAReluJoinsThatOfTheConvolutionAfterIt() {
        var convolution = new Conv2d(3, 4, 3).stride(2).padding(1);
        Graph graph = gradient(x -> Layer.trace(convolution, x.relu()));
        Graph joined = RectifyConvolutions.run(graph);
        assertThat(count(joined, RectifiedConvolution.INPUT_GRADIENT)).isOne();
        assertThat(count(joined, Convolution.INPUT_GRADIENT)).isZero();
        assertThat(count(joined, Primitive.SELECT)).isZero();
        assertThat(run(joined)).containsExactly(run(graph));
    }

    @Test
    void notWhereTheWholeGradientIsNeeded() {
        var convolution = new Conv2d(3, 4, 3);
        Graph graph = gradient(x -> {
            Tensor y = x.relu();
            return Layer.trace(convolution, y).sum().multiply(y.sum());
        });
        assertThat(RectifyConvolutions.run(graph)).isSameAs(graph);
    }

    /** The gradient by x of a sum of squares. */
    private static Graph gradient(UnaryOperator<Tensor> function) {
        var builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DType.FLOAT32, PICTURES));
        Value y = function.apply(Tensor.of(builder, x)).value();
        var emit = new Emitter(builder);
        builder.output(
                "result",
                Gradients.of(emit, emit.sumAll(emit.mul(y, y)), List.of(x)).get(0));
        return builder.build();
    }

    private static double[] run(Graph graph) {
        var random = new Random(5);
        var values = new HashMap<String, double[]>();
        values.put("x", random.doubles(PICTURES.size(), -1, 1).toArray());
        graph.variables()
                .forEach((name, value) -> values.put(
                        name, random.doubles(value.shape().size(), -1, 1).toArray()));
        return new Interpreter(graph, Interpreter.Precision.FLOAT)
                .run(values, values)
                .outputs()
                .get("result");
    }
}
