package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.composite.Convolution;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Operation;
import dev.baton.graph.TensorType;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Layer;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RectifyConvolutionsTest {

    private static Graph graph(UnaryOperator<Tensor> function) {
        var builder = new GraphBuilder();
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, Shape.of(2, 3, 6, 5))));
        builder.output("answers", function.apply(x).value());
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
        Graph joined = RectifyConvolutions.run(graph(x -> Layer.trace(model, x)));
        assertThat(count(joined, Convolution.RECTIFIED)).isEqualTo(2);
        assertThat(count(joined, Convolution.FORWARD)).isZero();
        assertThat(count(joined, Activations.RELU)).isZero();
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
}
