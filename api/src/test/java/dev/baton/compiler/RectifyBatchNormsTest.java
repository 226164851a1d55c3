package dev.baton.compiler;

import static dev.baton.compiler.Graphs.assertSameBits;
import static dev.baton.compiler.Graphs.count;
import static dev.baton.compiler.Graphs.training;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.RectifiedBatchNorm;
import dev.baton.graph.Graph;
import dev.baton.model.ResNet;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.tensor.Tensor;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Which ReLUs join the batch normalisation before them, forwards and backwards, and that no bit changes. */
class RectifyBatchNormsTest {

    private static final Shape ROWS = Shape.of(5, 3);

    private static Graph rectified(Graph graph) {
        Graph rectified = RectifyBatchNorms.run(graph);
        assertSameBits(graph, rectified);
        return rectified;
    }

    @Test
    void allOfAResidualNetworkAreJoined() {
        Layer model = ResNet.cifar20(10);
        Graph rectified = rectified(training(Shape.of(2, 3, 8, 8), x -> Layer.trace(model, x)));
        // The first one and two in each of nine blocks; where a shortcut has a norm, that one takes the ReLU of both.
        assertThat(count(rectified, RectifiedBatchNorm.FORWARD)).isEqualTo(1 + 2 * 9);
        assertThat(count(rectified, BatchNorm.FORWARD)).isEqualTo(2);
        assertThat(count(rectified, RectifiedBatchNorm.BACKWARD)).isEqualTo(1 + 2 * 9 + 2);
        assertThat(count(rectified, BatchNorm.BACKWARD)).isZero();
        assertThat(count(rectified, Activations.RELU)).isZero();
    }

    /** A norm of the rows, and another layer beside it. */
    private static final class Branches extends Layer {
        private final Layer norm = child("norm", new dev.baton.nn.BatchNorm(3));
        private final Layer beside = child("beside", new Linear(3, 3));
        private final boolean normFirst;
        private final BinaryOperator<Tensor> join;

        Branches(boolean normFirst, BinaryOperator<Tensor> join) {
            this.normFirst = normFirst;
            this.join = join;
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor first = trace(normFirst ? norm : beside, x);
            Tensor second = trace(normFirst ? beside : norm, x);
            return normFirst ? join.apply(first, second) : join.apply(second, first);
        }
    }

    @Test
    void anAdditionInEitherOrderIsJoined() {
        for (BinaryOperator<Tensor> sum : List.<BinaryOperator<Tensor>>of(Tensor::add, (y, z) -> z.add(y))) {
            Layer model = new Branches(false, sum);
            Graph rectified =
                    rectified(training(ROWS, x -> Layer.trace(model, x).relu().multiply(2)));
            assertThat(count(rectified, RectifiedBatchNorm.FORWARD)).isOne();
            assertThat(count(rectified, Activations.RELU)).isZero();
            assertThat(count(rectified, RectifiedBatchNorm.BACKWARD)).isOne();
        }
    }

    @Test
    void notWhereTheShortcutComesLater() {
        Layer model = new Branches(true, Tensor::add);
        Graph rectified = rectified(training(ROWS, x -> Layer.trace(model, x).relu()));
        assertThat(count(rectified, RectifiedBatchNorm.FORWARD)).isZero();
        assertThat(count(rectified, Activations.RELU)).isOne();
        assertThat(count(rectified, RectifiedBatchNorm.BACKWARD)).isOne();
    }

    @Test
    void notWhereSomethingElseNeedsWhatIsNegative() {
        Layer norm = new dev.baton.nn.BatchNorm(3);
        for (UnaryOperator<Tensor> function : List.<UnaryOperator<Tensor>>of(
                y -> y.relu().add(y), y -> y.add(y).relu(), y -> y.add(1).relu().multiply(y.add(1)))) {
            Graph rectified = rectified(training(ROWS, x -> function.apply(Layer.trace(norm, x))));
            assertThat(count(rectified, RectifiedBatchNorm.FORWARD)).isZero();
            assertThat(count(rectified, BatchNorm.FORWARD)).isOne();
        }
    }

    @Test
    void whatHasNoSuchNormStaysAsItIs() {
        Layer model = Sequential.of(new Linear(3, 4), new ReLU(), new dev.baton.nn.BatchNorm(4));
        Graph graph = training(ROWS, x -> Layer.trace(model, x));
        assertThat(RectifyBatchNorms.run(graph)).isSameAs(graph);
    }
}
