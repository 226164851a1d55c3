package dev.baton.compiler;

import static dev.baton.compiler.Graphs.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.Convolution;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.model.ResNet;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which batch normalisations go into the convolution before them, and that results stay. */
class FoldBatchNormsTest {

    private static final Shape PICTURES = Shape.of(2, 3, 6, 5);

    private static Graph answers(Layer model, Shape shape, GraphBuilder.Mode mode) {
        var builder = new GraphBuilder(mode);
        Tensor x = Tensor.of(builder, builder.input("x", new TensorType(DType.FLOAT32, shape)));
        builder.output("answers", Layer.trace(model, x).value());
        return builder.build();
    }

    /** The graph after the pass, without what it made superfluous. */
    private static Graph folded(Graph graph) {
        return MergeEqualNodes.run(FoldBatchNorms.run(graph));
    }

    private static Sequential model(Layer convolution) {
        return Sequential.of(convolution, new dev.baton.nn.BatchNorm(4), new ReLU());
    }

    @Test
    void nothingOfTheNormIsDoneToPictures() {
        for (Conv2d convolution : List.of(new Conv2d(3, 4, 3), new Conv2d(3, 4, 3).withoutBias())) {
            Graph graph = answers(model(convolution), PICTURES, GraphBuilder.Mode.INFERENCE);
            assertThat(count(graph, BatchNorm.INFERENCE)).isOne();
            Graph folded = folded(graph);
            assertThat(count(folded, BatchNorm.INFERENCE)).isZero();
            assertThat(count(folded, Convolution.FORWARD)).isOne();
            assertThat(folded.nodes().stream()
                            .filter(node -> node.outputs().get(0).shape().equals(Shape.of(2, 4, 4, 3)))
                            .map(node -> node.operation().label()))
                    .containsExactly("convolution", "relu");
            assertSameAnswers(graph, folded);
        }
    }

    @Test
    void aResidualNetworkAnswersWithoutNorms() {
        Graph folded = folded(answers(ResNet.cifar20(10), Shape.of(1, 3, 8, 8), GraphBuilder.Mode.INFERENCE));
        assertThat(count(folded, BatchNorm.INFERENCE)).isZero();
        // The first one, two in each of nine blocks, and two shortcuts.
        assertThat(count(folded, Convolution.FORWARD)).isEqualTo(1 + 2 * 9 + 2);
    }

    private static void assertSameAnswers(Graph graph, Graph folded) {
        var random = new Random(3);
        var values = new HashMap<String, double[]>();
        values.put("x", random.doubles(PICTURES.size(), -1, 1).toArray());
        graph.variables()
                .forEach((name, value) -> values.put(
                        name, random.doubles(value.shape().size(), 0.5, 2).toArray()));
        double[] expected = run(graph, values);
        assertThat(run(folded, values)).containsExactly(expected, within(1e-12));
        // The weight is scaled in every run, not once.
        values.put("1.running_var", new double[] {9, 1, 0.1, 4});
        double[] later = run(graph, values);
        assertThat(later).isNotEqualTo(expected);
        assertThat(run(folded, values)).containsExactly(later, within(1e-12));
    }

    private static double[] run(Graph graph, Map<String, double[]> values) {
        return new Interpreter(graph, Interpreter.Precision.DOUBLE)
                .run(values, values)
                .outputs()
                .get("answers");
    }

    @Test
    void whatOthersReadIsNotFolded() {
        Layer watched = new Layer() {
            private final Layer convolution = child("convolution", new Conv2d(3, 4, 3));
            private final Layer norm = child("norm", new dev.baton.nn.BatchNorm(4));

            @Override
            public Tensor forward(Tensor x) {
                return trace(norm, trace(convolution, x).watch("convolved"));
            }
        };
        Graph graph = answers(watched, PICTURES, GraphBuilder.Mode.INFERENCE);
        assertThat(count(folded(graph), BatchNorm.INFERENCE)).isOne();
        Graph behindOther = answers(
                Sequential.of(new Linear(3, 4), new dev.baton.nn.BatchNorm(4)),
                Shape.of(5, 3),
                GraphBuilder.Mode.INFERENCE);
        assertThat(count(folded(behindOther), BatchNorm.INFERENCE)).isOne();
    }

    @Test
    void trainingStaysAsItIs() {
        Graph graph = answers(model(new Conv2d(3, 4, 3)), PICTURES, GraphBuilder.Mode.TRAINING);
        assertThat(count(folded(graph), BatchNorm.FORWARD)).isOne();
    }
}
