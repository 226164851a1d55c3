package dev.baton.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.compiler.DecodingGraphs;
import dev.baton.graph.Decoding;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.model.Gpt;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model that goes on with sequences gives the logits that it gives for all of them at once. */
class DecodingGraphTest {

    private static final String BACKEND = System.getProperty("baton.test.backend", "reference");
    private static final int CONTEXT = 23;
    private static final int VOCABULARY = 7;

    /** A layer of a user's own. */
    private static final class Own extends Layer {
        private final UnaryOperator<Tensor> body;

        Own(UnaryOperator<Tensor> body) {
            this.body = body;
        }

        @Override
        public Tensor forward(Tensor x) {
            return inLayer(x, () -> body.apply(x));
        }
    }

    private static Layer model(String name) {
        return switch (name) {
            case "gpt" ->
                Gpt.of(VOCABULARY)
                        .context(CONTEXT)
                        .layers(2)
                        .heads(2)
                        .width(12)
                        .untied()
                        .build();
            case "rotary" ->
                Sequential.of(
                        new Embedding(VOCABULARY, 12),
                        new MultiHeadAttention(12, 3).causal().rotary(new RotaryPositions()),
                        new LayerNorm(12),
                        new MultiHeadAttention(12, 2).causal().rotary(new RotaryPositions(50).ofNeighbours()),
                        new Linear(12, VOCABULARY));
            // Reshapes, another width of values, steps that are not along positions, softmax over a feature.
            case "own" ->
                Sequential.of(
                        new Embedding(VOCABULARY, 12),
                        new SinusoidalPositions(),
                        new Own(x -> {
                            Tensor heads = x.reshape(
                                    Shape.of(List.of(x.shape().dim(0), x.shape().dim(1), Dim.of(3), Dim.of(4))));
                            Tensor q = heads.transpose(0, 2, 1, 3);
                            return Attention.causal()
                                    .scale(0.3)
                                    .of(q, q.multiply(0.5), q.slice(3, 1, 3))
                                    .transpose(0, 2, 1, 3)
                                    .softmax(2)
                                    .reshape(Shape.of(
                                            List.of(x.shape().dim(0), x.shape().dim(1), Dim.of(6))));
                        }),
                        new Linear(6, 6),
                        new Own(x -> x.subtract(x.mean(2)
                                        .reshape(Shape.of(List.of(
                                                x.shape().dim(0), x.shape().dim(1), Dim.of(1)))))
                                .pad(2, 1, 0, 0)),
                        new Linear(7, VOCABULARY));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static void fill(Session session, Layer model) {
        session.addVariables(ForwardGraph.of(model, DType.INT32, Shape.of(1)));
        var random = new Random(5);
        for (LayerVariable variable : model.variables()) {
            NDArray value = NDArray.zeros(DType.FLOAT32, variable.shape());
            for (int i = 0; i < value.size(); i++) {
                value.set(i, random.nextGaussian() * 0.5);
            }
            session.set(variable.name(), value);
        }
    }

    private static NDArray run(
            Session session, Graph graph, Map<String, Long> sizes, Map<String, NDArray> arrays, String out) {
        try (Plan plan = session.compile(graph, sizes)) {
            plan.run(graph.inputs().keySet().stream().map(arrays::get).toArray(NDArray[]::new));
            NDArray wanted = null;
            int number = 0;
            for (var output : graph.outputs().entrySet()) {
                var type = output.getValue().type().bind(sizes);
                NDArray array = NDArray.zeros(type.dtype(), type.shape());
                plan.read(number++, array);
                if (output.getKey().equals(out)) {
                    wanted = array;
                } else {
                    arrays.put(output.getKey(), array);
                }
            }
            return wanted;
        }
    }

    private static NDArray tokens(int[][] rows, int from, int count) {
        var all = NDArray.zeros(DType.INT32, Shape.of(rows.length, count));
        for (int i = 0; i < all.size(); i++) {
            all.set(i, rows[i / count][from + i % count]);
        }
        return all;
    }

    /** Chunks of odd sizes, sequences of which each begins elsewhere, and the whole context. */
    @ParameterizedTest
    @CsvSource({"gpt,1", "gpt,3", "gpt,7", "rotary,1", "rotary,5", "rotary,23", "own,1", "own,4"})
    void chunksGiveTheLogitsOfTheWhole(String name, int chunk) {
        Layer model = model(name);
        var random = new Random(1);
        int[][] rows = new int[3][CONTEXT];
        for (int[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = random.nextInt(VOCABULARY);
            }
        }
        try (var session = Session.open(BACKEND)) {
            fill(session, model);
            Graph whole = ForwardGraph.of(model, DType.INT32, Shape.of(CONTEXT));
            NDArray expected = run(
                    session,
                    whole,
                    Map.of("N", 3L),
                    new HashMap<>(Map.of(ForwardGraph.INPUTS, tokens(rows, 0, CONTEXT))),
                    ForwardGraph.ANSWERS);
            Graph graph = DecodingGraph.of(model, CONTEXT).graph();
            Graph one = DecodingGraphs.answeringOne(graph, ForwardGraph.ANSWERS, DecodingGraph.TOKENS);
            var arrays = new HashMap<String, NDArray>();
            graph.inputs().forEach((input, value) -> {
                if (Decoding.isCache(input)) {
                    // What an earlier text has left counts for nothing.
                    NDArray left = NDArray.zeros(DType.FLOAT32, value.shape().bind(Map.of("N", 3L)));
                    for (int i = 0; i < left.size(); i++) {
                        left.set(i, i % 3 == 0 ? Double.NaN : 1e30);
                    }
                    arrays.put(input, left);
                }
            });
            for (int from = 0; from < CONTEXT; from += chunk) {
                int count = Math.min(chunk, CONTEXT - from);
                arrays.put(ForwardGraph.INPUTS, tokens(rows, from, count));
                arrays.put(Decoding.POSITIONS, NDArray.of(new int[] {from, from, from}));
                int[] answered = {0, count + count / 2, 3 * count - 1};
                arrays.put(DecodingGraphs.ANSWERED, NDArray.of(answered));
                Map<String, Long> sizes = Map.of("N", 3L, DecodingGraph.TOKENS, (long) count);
                NDArray of = run(session, one, sizes, new HashMap<>(arrays), ForwardGraph.ANSWERS);
                NDArray got = run(session, graph, sizes, arrays, ForwardGraph.ANSWERS);
                for (int i = 0; i < got.size(); i++) {
                    int row = i / (count * VOCABULARY);
                    int place = (row * CONTEXT + from) * VOCABULARY + i % (count * VOCABULARY);
                    assertThat(got.get(i)).as("logit %d from %d", i, from).isCloseTo(expected.get(place), within(1e-4));
                }
                assertThat(of.shape()).isEqualTo(Shape.of(3, 1, VOCABULARY));
                for (int i = 0; i < of.size(); i++) {
                    int place = answered[i / VOCABULARY] * VOCABULARY + i % VOCABULARY;
                    assertThat(of.get(i)).isCloseTo(got.get(place), within(1e-4));
                }
            }
        }
    }

    /** No product has the rows of all tokens and the columns of the vocabulary, nor does the last block's second half. */
    @Test
    void onlyWhatIsAskedForIsMultipliedWithTheVocabulary() {
        Graph graph = DecodingGraph.of(model("gpt"), CONTEXT).graph();
        Graph one = DecodingGraphs.answeringOne(graph, ForwardGraph.ANSWERS, DecodingGraph.TOKENS);
        List<String> rows = new ArrayList<>();
        for (Node node : one.nodes()) {
            if (node.is(Primitive.MATMUL)) {
                rows.add(node.output(0).shape().toString());
            }
        }
        assertThat(rows)
                .containsExactly(
                        "[N*T, 36]",
                        "[N*T, 12]",
                        "[N*T, 48]",
                        "[N*T, 12]",
                        "[N*T, 36]",
                        "[N, 12]",
                        "[N, 48]",
                        "[N, 12]",
                        "[N, 7]");
    }

    private static void refused(Layer model, String... words) {
        assertThatThrownBy(() -> DecodingGraph.of(model, CONTEXT))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("cannot write text token by token")
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    private static Layer with(Layer between) {
        return Sequential.of(new Embedding(VOCABULARY, 6), between, new Linear(6, VOCABULARY));
    }

    @Test
    void whatLooksAtOtherTokensIsRefused() {
        refused(with(new TransformerBlock(6, 2)), "looks at what is not written yet", "self_attn: MultiHeadAttention");
        refused(with(new LSTM(6, 6)), "LSTM(6 -> 6)");
        refused(
                with(new Own(x ->
                        x.subtract(x.mean(1).reshape(Shape.of(List.of(x.shape().dim(0), Dim.of(1), Dim.of(6))))))),
                "1: Own",
                "only by causal attention");
        refused(with(new Own(x -> x.softmax(1))), "1: Own (softmax)");
        refused(with(new Own(x -> x.matmul(x.transpose(0, 2, 1)).matmul(x))), "1: Own");
        refused(with(new Own(x -> x.add(x.max(1).max(0)))), "1: Own (reduce max)");
        refused(
                with(new Own(x -> Attention.causal()
                        .lengths(x.max(2).max(1).cast(DType.INT32))
                        .of(x.reshape(heads(x)), x.reshape(heads(x)), x.reshape(heads(x)))
                        .reshape(x.shape()))),
                "neither mask nor lengths");
        refused(with(new Own(x -> x.slice(1, 0, x.shape().size(1)))), "the size of dimension T is not known");
        refused(
                Sequential.of(new Embedding(VOCABULARY, 6), new Own(x -> x.max(2))),
                "for int32[N, T] it gives float32[N, T], and not for int32 tokens [N, T] logits [N, T, vocabulary]");
    }

    /** A model that has tokens before sequences is not told by its graph which token of which sequence is asked for. */
    @Test
    void sequencesComeFirst() {
        var tokensFirst = with(new Own(x -> {
            Tensor turned = x.transpose(1, 0, 2);
            Tensor back = turned.transpose(1, 0, 2);
            Tensor attended = Attention.causal()
                    .of(back.reshape(heads(x)), back.reshape(heads(x)), back.reshape(heads(x)))
                    .reshape(x.shape());
            return turned.exp().add(attended.transpose(1, 0, 2)).transpose(1, 0, 2);
        }));
        Graph graph = DecodingGraph.of(tokensFirst, 9).graph();
        assertThatThrownBy(() -> DecodingGraphs.answeringOne(graph, ForwardGraph.ANSWERS, DecodingGraph.TOKENS))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("where sequences are not the first dimension");
    }

    private static Shape heads(Tensor x) {
        return Shape.of(
                List.of(x.shape().dim(0), Dim.of(1), x.shape().dim(1), x.shape().dim(2)));
    }

    @Test
    void positionsAreThoseThatTheModelKnows() {
        assertThat(DecodingGraph.of(model("gpt"), DecodingGraph.AS_THE_MODEL).context())
                .isEqualTo(CONTEXT);
        assertThat(DecodingGraph.of(model("gpt"), 5).context()).isEqualTo(5);
        assertThatThrownBy(() -> DecodingGraph.of(model("gpt"), CONTEXT + 1))
                .isInstanceOf(BatonException.class)
                .hasMessageContaining("knows 23 positions; a text cannot have 24");
        assertThatThrownBy(() -> DecodingGraph.of(model("rotary"), DecodingGraph.AS_THE_MODEL))
                .isInstanceOf(BatonException.class)
                .hasMessageContaining("knows any number of positions: say how many a text may have");
    }

    /** A layer that is used twice has caches for each time. */
    @Test
    void eachUseOfAnAttentionHasItsCaches() {
        var attention = new MultiHeadAttention(6, 2).causal();
        Graph graph = DecodingGraph.of(
                        with(new Layer() {
                            private final Layer own = child("own", attention);

                            @Override
                            public Tensor forward(Tensor x) {
                                return own.forward(own.forward(x));
                            }
                        }),
                        CONTEXT)
                .graph();
        assertThat(graph.inputs().keySet().stream().filter(Decoding::isCache))
                .containsExactly(
                        "cache/1.own/keys", "cache/1.own/values", "cache/1.own#2/keys", "cache/1.own#2/values");
    }
}
