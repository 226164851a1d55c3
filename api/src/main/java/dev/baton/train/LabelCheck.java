package dev.baton.train;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.runtime.Executable;

/**
 * Finds labels that are no class before a step runs: on the device they would be a class that nobody has, and the loss
 * a number that looks fine.
 *
 * @param name of the input that holds the labels
 * @param input its number
 * @param classes how many there are
 */
record LabelCheck(String name, int input, long classes) {

    /** A check for every input that a cross-entropy takes as its labels. */
    static LabelCheck[] of(Graph graph, Executable executable) {
        return graph.nodes().stream()
                .filter(node -> node.operation() == SoftmaxCrossEntropy.FORWARD)
                .filter(node -> labels(node).is(Primitive.INPUT))
                .filter(node -> node.input(0).shape().dim(1).isFixed())
                .map(node -> {
                    String name = labels(node).attributes().text("name");
                    return new LabelCheck(
                            name,
                            executable.inputIndex(name),
                            node.input(0).shape().size(1));
                })
                .distinct()
                .toArray(LabelCheck[]::new);
    }

    /** Where labels come from, whatever shape they are given on the way: those of sequences are [N, T]. */
    private static Node labels(Node crossEntropy) {
        Node labels = crossEntropy.input(1).node();
        while (labels.is(Primitive.RESHAPE)) {
            labels = labels.input(0).node();
        }
        return labels;
    }

    /**
     * Checks one batch; allocates nothing where all is well.
     *
     * @throws DataException naming the first record whose label is no class
     */
    void check(NDArray labels, long step) {
        for (int i = 0; i < labels.size(); i++) {
            double label = labels.get(i);
            if (label < 0 || label >= classes) {
                long record = labels.size() / labels.shape().size(0);
                String place = record == 1 ? "" : " at position " + i % record;
                throw new DataException(
                        "step " + step + ": record " + i / record + " of the batch has label " + (long) label + place
                                + " in '" + name + "'; with " + classes + " classes, labels are 0 to " + (classes - 1));
            }
        }
    }
}
