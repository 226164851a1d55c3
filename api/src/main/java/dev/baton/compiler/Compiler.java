package dev.baton.compiler;

import dev.baton.BackendException;
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
     */
    public static Program compile(
            Graph graph, Map<String, Long> sizes, Map<String, Long> variableOffsets, Backend backend) {
        Graph fixed = checked(graph.bind(sizes));
        Graph normalised = checked(FoldBatchNorms.run(fixed));
        Graph expanded = expand(normalised, backend::supports);
        Graph folded = checked(FoldLeaves.run(expanded));
        Graph simple = checked(Simplify.run(folded));
        Graph split = checked(SplitReductions.run(simple));
        Graph merged = checked(MergeEqualNodes.run(split));
        merged.nodes().forEach(node -> requireSupport(node, backend));
        return Kernels.of(merged, variableOffsets, backend);
    }

    /**
     * Puts their definitions in the place of composites, until none is left that is not to be kept.
     *
     * @param kept whether a composite stays as it is
     */
    public static Graph expand(Graph graph, Predicate<Node> kept) {
        return checked(ExpandComposites.run(graph, kept));
    }

    private static Graph checked(Graph graph) {
        GraphVerifier.verify(graph);
        return graph;
    }

    private static void requireSupport(Node node, Backend backend) {
        if (!backend.supports(node)) {
            throw new BackendException("this device (" + backend.device() + ") cannot run " + node + "\n  at  "
                    + node.origin().line() + "\n  the backend 'reference' can run every operation");
        }
    }
}
