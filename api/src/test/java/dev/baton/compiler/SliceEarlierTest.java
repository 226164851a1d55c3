package dev.baton.compiler;

import static dev.baton.compiler.Graphs.assertSameBits;
import static dev.baton.compiler.Graphs.count;
import static dev.baton.compiler.Graphs.shapes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.composite.DotProductAttention;
import dev.baton.composite.LayerNormalization;
import dev.baton.composite.PackedAttention;
import dev.baton.composite.PackedQueries;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.GraphVerifier;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.model.Gpt;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerNorm;
import dev.baton.nn.Linear;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.RMSNorm;
import dev.baton.nn.RotaryPositions;
import dev.baton.nn.Sequential;
import dev.baton.nn.TransformerBlock;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of what is read in part, that part is computed, and no bit of it changes. */
class SliceEarlierTest {

    private static final Shape SEQUENCES = Shape.of(3, 6, 8);

    private static Graph graph(Shape shape, Function<Tensor, List<Tensor>> function) {
        return graph(new TensorType(DType.FLOAT32, shape), function);
    }

    private static Graph graph(TensorType type, Function<Tensor, List<Tensor>> function) {
        var builder = new GraphBuilder();
        List<Tensor> results = function.apply(Tensor.of(builder, builder.input("x", type)));
        for (int i = 0; i < results.size(); i++) {
            builder.output("y" + i, results.get(i).value());
        }
        return builder.build();
    }

    private static Graph sliced(Graph graph) {
        return sliced(graph, Map.of());
    }

    private static Graph sliced(Graph graph, Map<String, double[]> given) {
        Graph sliced = SliceEarlier.run(graph);
        GraphVerifier.verify(sliced);
        assertSameBits(graph, sliced, given);
        return sliced;
    }

    private static Tensor slice(Tensor x, int axis, long from, long to) {
        return x.slice(axis, from, to);
    }

    @Test
    void allOfTheLastBlockBehindItsKeysAndValuesIsForOneToken() {
        Layer model = Gpt.of(11).context(9).layers(2).heads(2).width(8).build();
        Graph graph = graph(new TensorType(DType.INT32, Shape.of(3, 7)), tokens -> {
            Tensor scores = Layer.trace(model, tokens);
            return List.of(slice(scores, 1, 6, 7).reshape(3, 11).argmax(1));
        });
        double[] tokens = IntStream.range(0, 21).mapToDouble(i -> i * i % 11).toArray();
        Graph sliced = sliced(graph, Map.of("x", tokens));
        Shape head = Shape.of(3, 11);
        assertThat(shapes(sliced, Primitive.MATMUL))
                .containsExactly(
                        Shape.of(21, 24),
                        Shape.of(21, 8),
                        Shape.of(21, 32),
                        Shape.of(21, 8),
                        Shape.of(21, 24),
                        Shape.of(3, 8),
                        Shape.of(3, 32),
                        Shape.of(3, 8),
                        head);
        Shape all = Shape.of(3, 7, 8);
        Shape one = Shape.of(3, 1, 8);
        assertThat(shapes(sliced, LayerNormalization.FORWARD)).containsExactly(all, all, all, one, one);
        assertThat(shapes(sliced, PackedAttention.FORWARD)).containsExactly(Shape.of(3, 7, 2, 4));
        assertThat(shapes(sliced, PackedQueries.INSTANCE)).containsExactly(Shape.of(3, 1, 2, 4));
        assertThat(shapes(sliced, Activations.GELU)).containsExactly(Shape.of(3, 7, 32), Shape.of(3, 1, 32));
    }

    /** Where no composite is claimed, their definitions do as well. */
    @Test
    void definitionsToo() {
        Layer block = new TransformerBlock(8, 2).causal();
        Graph expanded = ExpandComposites.run(
                graph(SEQUENCES, x -> List.of(slice(Layer.trace(block, x), 1, 5, 6))), node -> false);
        Graph sliced = sliced(expanded);
        assertThat(sliced.operations()).isLessThan(expanded.operations() / 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 5})
    void causalAttentionOfOneQueryLooksAtTheKeysUpToIt(int query) {
        Graph packed = sliced(graph(
                Shape.of(2, 6, 3, 2, 4), x -> List.of(slice(Attention.causal().ofPacked(x), 1, query, query + 1))));
        assertThat(count(packed, PackedAttention.FORWARD)).isZero();
        assertThat(packed.toString()).contains("keys=" + (query + 1));
        Graph separate = sliced(graph(
                Shape.of(2, 2, 6, 4),
                x -> List.of(slice(Attention.causal().of(x.tanh(), x.sigmoid(), x), 2, query, query + 1))));
        assertThat(shapes(separate, DotProductAttention.FORWARD)).containsExactly(Shape.of(2, 1, 2, 4));
        assertThat(shapes(separate, Primitive.TANH)).containsExactly(Shape.of(2, 2, 1, 4));
    }

    /** Which keys a query may look at says its place among all. */
    @Test
    void causalAttentionOfSeveralQueriesStays() {
        Graph graph = graph(
                Shape.of(2, 6, 3, 2, 4), x -> List.of(slice(Attention.causal().ofPacked(x.exp()), 1, 3, 5)));
        assertThat(SliceEarlier.run(graph)).isSameAs(graph);
    }

    @Test
    void fullAttentionOfSeveralQueriesWithMaskAndLengths() {
        Graph graph = graph(Shape.of(2, 6, 3, 2, 4), x -> {
            var builder = x.graph();
            Tensor lengths = Tensor.of(builder, builder.input("lengths", new TensorType(DType.INT32, Shape.of(2))));
            Tensor mask = Tensor.of(builder, builder.input("mask", new TensorType(DType.BOOL, Shape.of(2, 1, 6, 6))));
            Attention masked = Attention.full().mask(mask).lengths(lengths);
            Attention causal = Attention.causal().mask(mask).lengths(lengths);
            return List.of(
                    slice(masked.ofPacked(x), 1, 2, 4),
                    slice(causal.ofPacked(x), 1, 3, 4),
                    slice(slice(masked.scale(2).ofPacked(x), 1, 0, 2), 0, 1, 2));
        });
        double[] mask = IntStream.range(0, 72).mapToDouble(i -> i * i % 5 % 2).toArray();
        Graph sliced = sliced(graph, Map.of("lengths", new double[] {4, 6}, "mask", mask));
        assertThat(shapes(sliced, PackedQueries.INSTANCE))
                .containsExactly(Shape.of(2, 2, 2, 4), Shape.of(2, 1, 2, 4), Shape.of(1, 2, 2, 4));
    }

    @Test
    void turnedQueriesAreTakenAfterTheyWereTurned() {
        Layer attention = new MultiHeadAttention(8, 2).causal().rotary(new RotaryPositions());
        Layer model = Sequential.of(new RMSNorm(8), attention, new RMSNorm(8));
        Graph sliced = sliced(graph(SEQUENCES, x -> List.of(slice(Layer.trace(model, x), 1, 5, 6))));
        assertThat(shapes(sliced, DotProductAttention.FORWARD)).containsExactly(Shape.of(3, 1, 2, 4));
        assertThat(shapes(sliced, Primitive.MATMUL)).containsExactly(Shape.of(18, 24), Shape.of(3, 8));
    }

    @Test
    void anyRankAndAnyPlace() {
        Layer model = Sequential.of(new Linear(8, 5), new GELU(), new LayerNorm(5), new Linear(5, 4));
        for (Shape shape : List.of(Shape.of(7, 8), SEQUENCES, Shape.of(2, 3, 5, 8))) {
            for (int axis = 0; axis < shape.rank(); axis++) {
                int along = axis;
                long size = axis == shape.rank() - 1 ? 4 : shape.size(axis);
                for (long from = 0; from < size; from++) {
                    long start = from;
                    Graph sliced = sliced(graph(
                            shape,
                            x -> List.of(slice(Layer.trace(model, x), along, start, start + 1)
                                    .tanh())));
                    long rows = shape.size() / 8;
                    boolean ofColumns = axis == shape.rank() - 1;
                    long taken = ofColumns ? rows : rows / size;
                    assertThat(shapes(sliced, Primitive.MATMUL).get(1).size())
                            .as("%s along %d from %d", shape, axis, from)
                            .isEqualTo(taken * (ofColumns ? 1 : 4));
                }
            }
        }
    }

    @Test
    void theSmallestPartThatHasAllThatIsRead() {
        Layer model = Sequential.of(new Linear(8, 5), new GELU());
        Graph sliced = sliced(graph(SEQUENCES, x -> {
            Tensor y = Layer.trace(model, x);
            return List.of(slice(y, 1, 2, 3), slice(y, 1, 4, 5).exp(), slice(slice(y, 1, 2, 5), 1, 2, 3));
        }));
        assertThat(shapes(sliced, Activations.GELU)).containsExactly(Shape.of(3, 3, 5));
    }

    @Test
    void whatIsReadWholeIsComputedWhole() {
        Layer model = Sequential.of(new Linear(8, 5), new GELU());
        for (Function<Tensor, List<Tensor>> reads : List.<Function<Tensor, List<Tensor>>>of(
                y -> List.of(slice(y, 1, 2, 3), y),
                y -> List.of(slice(y, 1, 2, 3), y.sum()),
                y -> List.of(slice(y, 1, 0, 1), slice(y, 1, 5, 6)),
                // All but a few.
                y -> List.of(slice(y, 1, 1, 6)))) {
            Graph graph = graph(SEQUENCES, x -> reads.apply(Layer.trace(model, x)));
            assertThat(SliceEarlier.run(graph)).isSameAs(graph);
        }
    }

    @Test
    void movementsAloneStay() {
        Graph graph =
                graph(SEQUENCES, x -> List.of(slice(x.transpose(1, 0, 2).reshape(18, 8), 0, 3, 6), slice(x, 0, 1, 2)));
        assertThat(SliceEarlier.run(graph)).isSameAs(graph);
    }

    @Test
    void throughMovementsReductionsProductsAndTables() {
        Graph sliced = sliced(graph(SEQUENCES, x -> {
            Tensor both = x.tanh();
            Tensor product = both.matmul(both.transpose(0, 2, 1));
            Tensor rows = x.sum(2).softmax(1);
            return List.of(
                    slice(slice(product, 1, 1, 2), 2, 3, 5),
                    slice(rows.exp(), 0, 2, 3),
                    slice(x.mean(1).broadcast(Shape.of(4, 3, 8)).exp(), 1, 0, 1),
                    slice(x.reshape(3, 3, 2, 8).transpose(0, 2, 1, 3).exp().reshape(3, 48), 1, 24, 48),
                    slice(x.reshape(18, 8).exp().reshape(SEQUENCES).log(), 1, 5, 6));
        }));
        assertThat(shapes(sliced, Primitive.MATMUL)).containsExactly(Shape.of(3, 1, 2));
        assertThat(shapes(sliced, Primitive.LOG)).containsExactly(Shape.of(3, 1, 8));
        assertThat(shapes(sliced, Primitive.EXP))
                .containsExactlyInAnyOrder(Shape.of(1, 6), Shape.of(4, 1, 8), Shape.of(3, 1, 3, 8), Shape.of(3, 8));
    }

    /** What its gradient needs of a value is whole. */
    @Test
    void aTrainingStepKeepsWhatItsGradientsRead() {
        Layer model = Sequential.of(new TransformerBlock(8, 2).causal(), new Linear(8, 3));
        Graph graph = Graphs.training(SEQUENCES, x -> slice(Layer.trace(model, x), 1, 5, 6));
        Graph sliced = SliceEarlier.run(graph);
        GraphVerifier.verify(sliced);
        assertSameBits(graph, sliced);
        assertThat(sliced.operations()).isLessThanOrEqualTo(graph.operations());
    }

    @Test
    void whatHasNoSliceStaysAsItIs() {
        Graph graph = graph(SEQUENCES, x -> List.of(x.tanh().reshape(18, 8)));
        assertThat(SliceEarlier.run(graph)).isSameAs(graph);
        Graph ofNothing = graph(Shape.of(0, 6, 8), x -> List.of(slice(x.tanh(), 1, 2, 3)));
        assertThat(Arrays.asList(sliced(ofNothing).outputs().keySet().toArray()))
                .containsExactly("y0");
    }
}
