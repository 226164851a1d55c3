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
import dev.baton.runtime.Executable;
import dev.baton.tensor.Tensor;
import java.util.List;

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
            DecodingGraphs.requireCausal(graph, TOKENS);
        } catch (ShapeException e) {
            throw refused(model, e);
        }
        return new DecodingGraph(graph, chosen);
    }

    /**
     * The same with as many positions as the model knows, or so many where it knows any number.
     */
    public static DecodingGraph upTo(Layer model, long context) {
        boolean any = trace(model, 1).decoding().limit() == Long.MAX_VALUE;
        return of(model, any ? context : AS_THE_MODEL);
    }

    private static GraphBuilder trace(Layer model, long context) {
        Dim sequences = Dim.symbol(Executable.BATCH);
        Dim tokens = Dim.symbol(TOKENS);
        var graph = GraphBuilder.decoding(sequences, tokens, context);
        var shape = Shape.of(List.of(sequences, tokens));
        Tensor inputs = Tensor.of(graph, graph.input(ForwardGraph.INPUTS, new TensorType(DType.INT32, shape)));
        Tensor answers;
        try {
            answers = Layer.trace(model, inputs);
        } catch (ShapeException e) {
            throw refused(model, e);
        }
        TensorType type = answers.value().type();
        boolean isLogits = type.dtype().isFloating()
                && type.shape().rank() == 3
                && type.shape().without(2).equals(shape)
                && type.shape().dim(2).isFixed();
        if (!isLogits) {
            throw refused(
                    model,
                    new ShapeException("for tokens [N, T] it gives " + type + ", not logits [N, T, vocabulary]"));
        }
        graph.output(ForwardGraph.ANSWERS, answers.value());
        return graph;
    }

    private static ShapeException refused(Layer model, ShapeException why) {
        return new ShapeException(
                model + " cannot write text token by token, where the number T of new tokens is not known while it is"
                        + " traced: " + why.getMessage(),
                why);
    }
}
