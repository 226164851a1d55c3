package dev.baton.graph;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a graph knows that goes on with sequences: its tokens [N, T] come after others, whose keys and values are in
 * caches. Layers take their positions from here and attention its caches, so that models know nothing of it.
 *
 * <p>A cache is an input and an output of the same name and type: what it holds before a run, and after it.
 */
public final class Decoding {

    /** The input with the position of the first new token of each sequence, int32 [N]: how many there are before it. */
    public static final String POSITIONS = "positions";

    private static final String CACHE = "cache/";

    private final GraphBuilder graph;
    private final Dim sequences;
    private final Dim tokens;
    private final long context;
    private final Map<String, Integer> ordinals = new HashMap<>();
    private long limit = Long.MAX_VALUE;

    Decoding(GraphBuilder graph, Dim sequences, Dim tokens, long context) {
        this.graph = graph;
        this.sequences = sequences;
        this.tokens = tokens;
        this.context = context;
    }

    /** Whether an input or output is a cache. */
    public static boolean isCache(String name) {
        return name.startsWith(CACHE);
    }

    /** The position of the first new token of each sequence, int32 [N]. */
    public Value positions() {
        return graph.input(POSITIONS, new TensorType(DType.INT32, Shape.of(List.of(sequences))));
    }

    /** How many new tokens each sequence has. */
    public Dim tokens() {
        return tokens;
    }

    /** How many positions a sequence may have. */
    public long context() {
        return context;
    }

    /** A layer knows no more than so many positions. */
    public void limit(long positions) {
        limit = Math.min(limit, positions);
    }

    /** How many positions all layers know so far; {@link Long#MAX_VALUE} where none has a limit. */
    public long limit() {
        return limit;
    }

    /** A name for the caches of the layer that is being traced; another one each time, the same from trace to trace. */
    public String nextCache() {
        int ordinal = ordinals.merge(graph.layerPath(), 1, Integer::sum);
        return CACHE + graph.layerPath() + (ordinal == 1 ? "" : "#" + ordinal);
    }
}
