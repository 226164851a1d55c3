package dev.baton.compiler;

import static dev.baton.compiler.Graphs.assertSameBits;
import static dev.baton.compiler.Graphs.count;
import static dev.baton.compiler.Graphs.training;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.composite.Convolution;
import dev.baton.composite.RectifiedConvolution;
import dev.baton.graph.Graph;
import dev.baton.graph.Primitive;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Layer;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.tensor.Tensor;
import org.junit.jupiter.api.Test;

class RectifyConvolutionsTest {

    private static final Shape PICTURES = Shape.of(2, 3, 6, 5);

    @Test
    void aReluJoinsTheConvolutionBeforeIt() {
        var model = Sequential.of(new Conv2d(3, 4, 3), new ReLU(), new Conv2d(4, 2, 3).withoutBias(), new ReLU());
        Graph graph = training(PICTURES, x -> Layer.trace(model, x));
        Graph joined = RectifyConvolutions.run(graph);
        assertThat(count(joined, RectifiedConvolution.FORWARD)).isEqualTo(2);
        assertThat(count(joined, Convolution.FORWARD)).isZero();
        assertThat(count(joined, Activations.RELU)).isZero();
        assertSameBits(graph, joined);
    }

    @Test
    void notWhereSomethingElseNeedsWhatIsNegative() {
        var convolution = new Conv2d(3, 4, 3);
        Graph graph = training(PICTURES, x -> {
            Tensor y = Layer.trace(convolution, x);
            return y.relu().add(y);
        });
        assertThat(RectifyConvolutions.run(graph)).isSameAs(graph);
    }

    @Test
    void theGradientOfAReluJoinsThatOfTheConvolutionAfterIt() {
        var convolution = new Conv2d(3, 4, 3).stride(2).padding(1);
        Graph graph = training(PICTURES, x -> Layer.trace(convolution, x.relu()));
        Graph joined = RectifyConvolutions.run(graph);
        assertThat(count(joined, RectifiedConvolution.INPUT_GRADIENT)).isOne();
        assertThat(count(joined, Convolution.INPUT_GRADIENT)).isZero();
        assertThat(count(joined, Primitive.SELECT)).isZero();
        assertSameBits(graph, joined);
    }

    @Test
    void notWhereTheWholeGradientIsNeeded() {
        var convolution = new Conv2d(3, 4, 3);
        Graph graph = training(PICTURES, x -> {
            Tensor y = x.relu();
            return Layer.trace(convolution, y).sum().multiply(y.sum());
        });
        assertThat(RectifyConvolutions.run(graph)).isSameAs(graph);
    }
}
