package dev.baton.compiler;

import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.List;

/**
 * Algebra that changes no bit of any result, whatever the inputs are: -0.0, infinities, NaN and numbers below the
 * normal range included. So {@code x * 0} stays (it is NaN for an infinity, and -0.0 for a negative number), and so
 * does {@code x + 0} (it is +0.0 for -0.0), while {@code x - 0} is {@code x}. Only the sign and the payload of a NaN
 * are left open, as IEEE 754 leaves them.
 *
 * <p>Each rule stands beside the reason why it is exact: {@link SimplifyMovements}, {@link SimplifyArithmetic}, {@link
 * SimplifyReductions}. A rule sees operands that are simplified already, and the pass is run until no rule applies.
 * That ends, because every rule takes an operation away or puts a cheaper kind in its place, and none brings back what
 * another took.
 */
final class Simplify {

    /** What takes the place of a node's only output; null where the rules leave the node as it is. */
    @FunctionalInterface
    interface Rules {
        /**
         * @param emit adds nodes to the new graph
         * @param inputs the node's inputs in the new graph
         */
        Value apply(Emitter emit, Node node, List<Value> inputs);
    }

    private Simplify() {}

    /** Simplifies a graph of fixed shapes. */
    static Graph run(Graph graph) {
        Graph current = graph;
        while (true) {
            var pass = new Pass(current);
            current = pass.run();
            // A pass in which nothing applied has also left out what the one before it made superfluous.
            if (!pass.applied) {
                return current;
            }
        }
    }

    private static final class Pass extends Graph.Rewriter {

        private boolean applied;

        Pass(Graph graph) {
            super(graph);
        }

        @Override
        protected List<Value> rewrite(Node node, List<Value> inputs) {
            Rules rules = rules(node);
            Value simpler = rules == null ? null : rules.apply(emit(), node, inputs);
            if (simpler == null) {
                return copy(node, inputs, node.attributes());
            }
            applied = true;
            return List.of(simpler);
        }
    }

    private static Rules rules(Node node) {
        if (node.operation() instanceof Composite) {
            return null;
        }
        return switch (((Primitive) node.operation()).kind()) {
            case MOVEMENT -> SimplifyMovements::apply;
            case ELEMENTWISE -> SimplifyArithmetic::apply;
            case REDUCTION -> SimplifyReductions::apply;
            case LEAF, MATMUL, WHOLE -> null;
        };
    }
}
