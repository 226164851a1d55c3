package dev.baton.compiler;

import dev.baton.BackendException;
import dev.baton.Precision;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphVerifier;
import dev.baton.graph.Node;
import dev.baton.program.Program;
import dev.baton.spi.Backend;
import java.util.Map;
import java.util.function.Predicate;

/**
 * From a traced graph to the program that a backend compiles: one pass after the other, each checked. The order counts:
 * what later passes look for comes to light in the definitions of composites and in sizes that have become numbers, and
 * equal nodes are merged last, because every pass may leave some.
 */
public final class Compiler {

    private Compiler() {}

    /**
     * Makes a program.
     *
     * @param graph as traced, symbolic sizes and all
     * @param sizes the sizes of its symbols
     * @param variableOffsets where the session keeps the variables
     * @param precision how products read their factors; the backend offers it
     */
    public static Program compile(
            Graph graph,
            Map<String, Long> sizes,
            Map<String, Long> variableOffsets,
            Backend backend,
            Precision precision) {
        Graph fixed = checked(graph, graph.bind(sizes));
        Graph normalised = checked(fixed, FoldBatchNorms.run(fixed));
        Graph pooled = checked(normalised, MaskPooledGradients.run(normalised));
        Graph normed = checked(pooled, RectifyBatchNorms.run(pooled));
        Graph rectified = checked(normed, RectifyConvolutions.run(normed));
        Graph expanded = expand(rectified, backend::supports);
        Graph folded = checked(expanded, FoldLeaves.run(expanded));
        // Parts of composites may be such that the backend does not have.
        Graph sliced = expand(checked(folded, SliceEarlier.run(folded)), backend::supports);
        Graph refolded = checked(sliced, FoldLeaves.run(sliced));
        Graph reshaped = checked(refolded, ReshapeLater.run(refolded));
        Graph simple = checked(reshaped, Simplify.run(reshaped));
        Graph split = checked(simple, SplitReductions.run(simple));
        Graph merged = checked(split, MergeEqualNodes.run(split));
        Graph rounded = precision == Precision.BFLOAT16 ? checked(merged, RoundFactors.run(merged)) : merged;
        rounded.nodes().forEach(node -> requireSupport(node, backend));
        return Kernels.of(rounded, variableOffsets, backend);
    }

    /**
     * Puts their definitions in the place of composites, until none is left that is not to be kept.
     *
     * @param kept whether a composite stays as it is
     */
    public static Graph expand(Graph graph, Predicate<Node> kept) {
        return checked(graph, ExpandComposites.run(graph, kept));
    }

    /** What a pass has made; one that finds nothing to do gives the graph that it was given, which is known to be valid. */
    private static Graph checked(Graph given, Graph made) {
        if (made != given) {
            GraphVerifier.verify(made);
        }
        return made;
    }

    private static void requireSupport(Node node, Backend backend) {
        if (!backend.supports(node)) {
            throw new BackendException("this device (" + backend.device() + ") cannot run " + node + "\n  at  "
                    + node.origin().line() + "\n  the backend 'reference' can run every operation");
        }
    }
}
