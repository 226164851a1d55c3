package dev.baton.compiler;

import static dev.baton.compiler.Graphs.assertSameBits;
import static dev.baton.compiler.Graphs.shapes;
import static dev.baton.compiler.Graphs.training;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Shape;
import dev.baton.composite.MaxPool;
import dev.baton.graph.Graph;
import dev.baton.graph.Primitive;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Layer;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Where the mask of a ReLU goes below the pooling after it, and that no bit changes. */
class MaskPooledGradientsTest {

    private static final Shape PICTURES = Shape.of(2, 3, 7, 8);

    private static Map<String, double[]> special() {
        double[] x = new Random(7).doubles(PICTURES.size(), -2, 1).toArray();
        x[5] = Double.NaN;
        x[20] = Double.POSITIVE_INFINITY;
        return Map.of("x", x);
    }

    private static List<Shape> masks(Graph graph) {
        return shapes(graph, Primitive.SELECT);
    }

    @Test
    void theMaskIsOneOfWindows() {
        for (Layer pool :
                List.of(new MaxPool2d(2), new MaxPool2d(3).stride(2).padding(1), new MaxPool2d(3).stride(1))) {
            Graph graph = training(PICTURES, x -> Layer.trace(pool, x.relu()));
            Graph masked = MaskPooledGradients.run(graph);
            assertThat(masks(graph)).containsExactly(PICTURES);
            Shape windows = shapes(masked, MaxPool.FORWARD).get(0);
            assertThat(masks(masked)).containsExactly(windows);
            assertSameBits(graph, masked, special());
        }
    }

    @Test
    void notWhereSomethingElseReadsThePicturesToo() {
        Layer pool = new MaxPool2d(2);
        Graph graph = training(PICTURES, x -> {
            Tensor y = x.relu();
            return Layer.trace(pool, y).sum().multiply(y.sum());
        });
        assertThat(MaskPooledGradients.run(graph)).isSameAs(graph);
    }

    /** The pooling's gradient that a mask was taken from reads for nobody any more. */
    @Test
    void theMaskBeforeTheConvolutionIsJoinedAllTheSame() {
        Layer model = Sequential.of(new ReLU(), new Conv2d(3, 3, 3).padding(1), new ReLU(), new MaxPool2d(2));
        Graph graph = training(PICTURES, x -> Layer.trace(model, x));
        Graph joined = RectifyConvolutions.run(MaskPooledGradients.run(graph));
        assertThat(masks(joined)).containsExactly(Shape.of(2, 3, 3, 4));
        assertSameBits(graph, joined, special());
    }

    @Test
    void notWhereTheReluComesAfterThePooling() {
        Layer pool = new MaxPool2d(2);
        Graph graph = training(PICTURES, x -> Layer.trace(pool, x).relu());
        assertThat(MaskPooledGradients.run(graph)).isSameAs(graph);
    }
}
