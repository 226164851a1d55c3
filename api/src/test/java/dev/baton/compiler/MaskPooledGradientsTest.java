package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.composite.MaxPool;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Layer;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Where the mask of a ReLU goes below the pooling after it, and that no bit changes. */
class MaskPooledGradientsTest {

    private static final Shape PICTURES = Shape.of(2, 3, 7, 8);

    private static Graph gradient(UnaryOperator<Tensor> function) {
        var builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DType.FLOAT32, PICTURES));
        Value y = function.apply(Tensor.of(builder, x)).value();
        var emit = new Emitter(builder);
        Value loss = emit.sumAll(emit.mul(y, y));
        builder.output("gradient", Gradients.of(emit, loss, List.of(x)).get(0));
        return builder.build();
    }

    private static double[] run(Graph graph) {
        double[] x = new Random(7).doubles(PICTURES.size(), -2, 1).toArray();
        x[5] = Double.NaN;
        x[20] = Double.POSITIVE_INFINITY;
        var variables = new HashMap<String, double[]>();
        graph.variables()
                .forEach((name, value) -> variables.put(
                        name, new Random(8).doubles(value.shape().size(), -1, 1).toArray()));
        return new Interpreter(graph, Interpreter.Precision.FLOAT)
                .run(Map.of("x", x), variables)
                .outputs()
                .get("gradient");
    }

    private static List<Shape> masks(Graph graph) {
        return MergeEqualNodes.run(graph).nodes().stream()
                .filter(node -> node.operation() == Primitive.SELECT)
                .map(Node::outputs)
                .map(outputs -> outputs.get(0).shape())
                .toList();
    }

    @Test
    void theMaskIsOneOfWindows() {
        for (Layer pool :
                List.of(new MaxPool2d(2), new MaxPool2d(3).stride(2).padding(1), new MaxPool2d(3).stride(1))) {
            Graph graph = gradient(x -> Layer.trace(pool, x.relu()));
            Graph masked = MaskPooledGradients.run(graph);
            assertThat(masks(graph)).containsExactly(PICTURES);
            Shape windows = masked.nodes().stream()
                    .filter(node -> node.operation() == MaxPool.FORWARD)
                    .findFirst()
                    .orElseThrow()
                    .outputs()
                    .get(0)
                    .shape();
            assertThat(masks(masked)).containsExactly(windows);
            assertThat(run(masked)).containsExactly(run(graph));
        }
    }

    @Test
    void notWhereSomethingElseReadsThePicturesToo() {
        Layer pool = new MaxPool2d(2);
        Graph graph = gradient(x -> {
            Tensor y = x.relu();
            return Layer.trace(pool, y).sum().multiply(y.sum());
        });
        assertThat(MaskPooledGradients.run(graph)).isSameAs(graph);
    }

    /** The pooling's gradient that a mask was taken from reads for nobody any more. */
    @Test
    void theMaskBeforeTheConvolutionIsJoinedAllTheSame() {
        Layer model = Sequential.of(new ReLU(), new Conv2d(3, 3, 3).padding(1), new ReLU(), new MaxPool2d(2));
        Graph graph = gradient(x -> Layer.trace(model, x));
        Graph joined = RectifyConvolutions.run(MaskPooledGradients.run(graph));
        assertThat(masks(joined)).containsExactly(Shape.of(2, 3, 3, 4));
        assertThat(run(joined)).containsExactly(run(graph));
    }

    @Test
    void notWhereTheReluComesAfterThePooling() {
        Layer pool = new MaxPool2d(2);
        Graph graph = gradient(x -> Layer.trace(pool, x).relu());
        assertThat(MaskPooledGradients.run(graph)).isSameAs(graph);
    }
}
