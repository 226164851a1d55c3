package dev.baton.nn;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.compiler.DecodingGraphs;
import dev.baton.graph.Decoding;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.runtime.Executable;
import dev.baton.tensor.Tensor;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The forward pass of a model that writes text, as a graph that goes on with sequences: from {@link ForwardGraph#INPUTS},
 * the new tokens, int32 [N, T], {@link Decoding#POSITIONS} and the caches of its attention to {@link
 * ForwardGraph#ANSWERS}, the logits of the tokens that follow, [N, T, vocabulary], and the caches.
 *
 * @param context how many positions a sequence may have
 */
public record DecodingGraph(Graph graph, long context) {

    /** The symbol of the number of new tokens. */
    public static final String TOKENS = "T";

    private static final System.Logger LOG = System.getLogger(DecodingGraph.class.getName());

    /** Bytes, of one sequence. */
    private static final long LARGEST_CACHE = 1L << 31;

    /** Of the tokens. */
    private static final Shape SHAPE = Shape.of(List.of(Dim.symbol(Executable.BATCH), Dim.symbol(TOKENS)));

    /**
     * @throws ShapeException if the graph is none that goes on with sequences of so many positions
     */
    public DecodingGraph {
        TensorType tokens = type(graph.inputs(), ForwardGraph.INPUTS);
        TensorType answers = type(graph.outputs(), ForwardGraph.ANSWERS);
        if (!tokens.equals(new TensorType(DType.INT32, SHAPE)) || !isLogits(answers)) {
            throw new ShapeException("for " + tokens + " it gives " + answers
                    + ", and not for int32 tokens [N, T] logits [N, T, vocabulary]");
        }
        if (context < 1) {
            throw new ShapeException("a text has at least one position, not " + context);
        }
        graph.inputs().keySet().forEach(name -> checkInput(graph, name));
        DecodingGraphs.requireContext(graph, context);
        DecodingGraphs.requireCausal(graph, TOKENS);
    }

    private static TensorType type(Map<String, Value> values, String name) {
        if (!values.containsKey(name)) {
            throw new ShapeException("there is no '" + name + "', but " + values.keySet());
        }
        return values.get(name).type();
    }

    private static boolean isLogits(TensorType answers) {
        Shape shape = answers.shape();
        return answers.dtype() == DType.FLOAT32
                && shape.rank() == 3
                && shape.without(2).equals(SHAPE)
                && shape.dim(2).isFixed()
                && shape.size(2) > 0;
    }

    private static void checkInput(Graph graph, String name) {
        TensorType type = graph.inputs().get(name).type();
        Shape shape = type.shape();
        boolean fits = name.equals(ForwardGraph.INPUTS)
                || (name.equals(Decoding.POSITIONS) && type.equals(new TensorType(DType.INT32, SHAPE.without(1))));
        if (Decoding.isCache(name)) {
            fits = shape.rank() > 1
                    && shape.dim(0).equals(SHAPE.dim(0))
                    && shape.without(0).isFixed()
                    && type.withShape(shape.without(0)).bytes() <= LARGEST_CACHE
                    && type(graph.outputs(), name).equals(type);
        }
        if (!fits) {
            throw new ShapeException("nobody knows what to give the input '" + name + "', " + type);
        }
    }

    /** As many positions as the model knows. */
    public static final long AS_THE_MODEL = 0;

    /**
     * Traces a model.
     *
     * @param context how many positions a sequence may have, or {@link #AS_THE_MODEL}
     * @throws ShapeException if the model cannot be run token by token: where it takes no tokens or gives no logits for each,
     *     or where a token looks at later ones, or at others in any other way than by causal attention
     * @throws BatonException if the model knows fewer positions, or any number of them and none is given
     */
    public static DecodingGraph of(Layer model, long context) {
        // Which layer limits the positions is known when all are traced.
        long limit = trace(model, 1).decoding().limit();
        if (context == AS_THE_MODEL && limit == Long.MAX_VALUE) {
            throw new BatonException(model
                    + " knows any number of positions: say how many a text may have, which its caches have room for");
        } else if (context < 0 || context > limit) {
            throw new BatonException(model + " knows " + limit + " positions; a text cannot have " + context);
        }
        long chosen = context == AS_THE_MODEL ? limit : context;
        Graph graph = trace(model, chosen).build();
        try {
            return new DecodingGraph(graph, chosen);
        } catch (ShapeException e) {
            throw refused(model, e);
        }
    }

    /**
     * The same with as many positions as the model knows, or so many where it knows any number.
     */
    public static DecodingGraph upTo(Layer model, long context) {
        boolean any = trace(model, 1).decoding().limit() == Long.MAX_VALUE;
        return of(model, any ? context : AS_THE_MODEL);
    }

    /**
     * The same of any model, with the length of an example as its context where it knows any number of positions.
     *
     * @param dtype of what it is shown
     * @param example the shape of one example, without the batch
     * @return empty where the model cannot write text
     */
    public static Optional<DecodingGraph> ifPossible(Layer model, DType dtype, Shape example) {
        if (dtype != DType.INT32 || example.rank() != 1) {
            return Optional.empty();
        }
        try {
            return Optional.of(upTo(model, example.size(0)));
        } catch (RuntimeException e) {
            // A layer of the user's own may throw anything where the number of tokens is a symbol.
            LOG.log(Level.DEBUG, "cannot write text token by token", e);
            return Optional.empty();
        }
    }

    private static GraphBuilder trace(Layer model, long context) {
        var graph = GraphBuilder.decoding(SHAPE.dim(0), SHAPE.dim(1), context);
        Tensor inputs = Tensor.of(graph, graph.input(ForwardGraph.INPUTS, new TensorType(DType.INT32, SHAPE)));
        try {
            graph.output(ForwardGraph.ANSWERS, Layer.trace(model, inputs).value());
        } catch (ShapeException e) {
            throw refused(model, e);
        }
        return graph;
    }

    private static ShapeException refused(Layer model, ShapeException why) {
        return new ShapeException(
                model + " cannot write text token by token, where the number T of new tokens is not known while it is"
                        + " traced: " + why.getMessage(),
                why);
    }
}
