package dev.baton.cost;

import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Value;
import dev.baton.train.TrainStep;
import java.util.Arrays;
import java.util.List;

/** Tells the forward pass, the backward pass and the update of a training step's graph apart, by what depends on what. */
final class Phases {

    /** The part of a step that a node belongs to. */
    enum Phase {
        FORWARD,
        BACKWARD,
        UPDATE
    }

    private final boolean[] forward;
    private final boolean[] gradients;

    private Phases(boolean[] forward, boolean[] gradients) {
        this.forward = forward;
        this.gradients = gradients;
    }

    /** Of a graph of {@link TrainStep#graph}, or one that only answers and has no loss: all of that is forward. */
    static Phases of(Graph graph) {
        Value loss = graph.outputs().get(TrainStep.LOSS);
        if (loss == null) {
            var all = new boolean[graph.nodes().size()];
            Arrays.fill(all, true);
            return new Phases(all, all);
        }
        return new Phases(ancestors(graph, List.of(loss)), ancestors(graph, gradients(graph)));
    }

    /** The gradients of the learnt parameters; none where the graph only answers. */
    static List<Value> gradients(Graph graph) {
        Value norms = graph.outputs().get(TrainStep.GRADIENT_NORMS);
        return norms == null ? List.of() : norms.node().inputs();
    }

    private static boolean[] ancestors(Graph graph, List<Value> values) {
        var needed = new boolean[graph.nodes().size()];
        values.forEach(value -> needed[value.node().id()] = true);
        for (int i = needed.length - 1; i >= 0; i--) {
            if (needed[i]) {
                graph.nodes()
                        .get(i)
                        .inputs()
                        .forEach(input -> needed[input.node().id()] = true);
            }
        }
        return needed;
    }

    Phase of(Node node) {
        return forward[node.id()] ? Phase.FORWARD : gradients[node.id()] ? Phase.BACKWARD : Phase.UPDATE;
    }
}
