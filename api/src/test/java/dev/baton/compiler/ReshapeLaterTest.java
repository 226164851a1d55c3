package dev.baton.compiler;

import static dev.baton.compiler.Graphs.assertSameBits;
import static dev.baton.compiler.Graphs.shapes;
import static dev.baton.compiler.Graphs.training;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.graph.Graph;
import dev.baton.graph.Primitive;
import dev.baton.nn.Dropout;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What follows a product element by element is done in the product's shape, and no bit changes. */
class ReshapeLaterTest {

    private static final Shape SEQUENCES = Shape.of(2, 3, 4);

    private static Graph reshaped(Graph graph) {
        Graph reshaped = Simplify.run(ReshapeLater.run(graph));
        assertSameBits(graph, reshaped);
        return reshaped;
    }

    @Test
    void biasActivationAndShortcutTakeTheShapeOfTheProduct() {
        Layer model = Sequential.of(new Linear(4, 5), new GELU(), new Linear(5, 4));
        Graph graph = training(SEQUENCES, x -> {
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
        Graph reshaped = reshaped(
                training(SEQUENCES, x -> Layer.trace(model, x).add(x.abs()).tanh()));
        assertThat(shapes(reshaped, Primitive.ABS)).containsExactly(SEQUENCES);
        assertThat(shapes(reshaped, Primitive.TANH)).containsExactly(SEQUENCES);
    }

    /** Random numbers are those of an element's place, in whatever shape. */
    @Test
    void aMaskOfForwardsAndBackwardsStays() {
        Layer model = Sequential.of(new Linear(4, 5), new Dropout(0.5), new Linear(5, 4));
        Graph reshaped = reshaped(training(SEQUENCES, x -> Layer.trace(model, x)));
        assertThat(shapes(reshaped, Primitive.RANDOM_UNIFORM)).containsExactly(Shape.of(2, 3, 5));
    }

    @Test
    void notWhereAnOperandIsTurned() {
        Layer model = new Linear(4, 4);
        Graph reshaped = reshaped(training(
                SEQUENCES,
                x -> Layer.trace(model, x).slice(1, 0, 2).add(x.slice(1, 0, 2).tanh())));
        assertThat(shapes(reshaped, Primitive.TANH)).containsExactly(Shape.of(2, 2, 4));
    }

    /** A part of a value can be read in another shape where its rows still lie one after the other. */
    @Test
    void aSliceOfWhatIsStored() {
        Layer model = new Linear(4, 4);
        Graph ofSteps = reshaped(training(
                SEQUENCES,
                x -> Layer.trace(model, x.slice(1, 2, 3).exp())
                        .add(x.slice(1, 2, 3))
                        .tanh()));
        assertThat(shapes(ofSteps, Primitive.TANH)).containsExactly(Shape.of(2, 4));
        Graph apart = reshaped(training(
                SEQUENCES,
                x -> Layer.trace(model, x.slice(1, 1, 3).exp())
                        .add(x.slice(1, 1, 3))
                        .tanh()));
        assertThat(shapes(apart, Primitive.TANH)).containsExactly(Shape.of(2, 2, 4));
    }

    @Test
    void whatHasNoReshapeStaysAsItIs() {
        Graph graph = training(SEQUENCES, x -> x.tanh().multiply(2));
        assertThat(ReshapeLater.run(graph)).isSameAs(graph);
    }
}
