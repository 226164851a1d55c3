package dev.baton.train;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.composite.ClassLabels;
import dev.baton.graph.Attributes;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.runtime.Executable;
import java.util.Objects;

/**
 * Finds labels that are no class before a step runs: on the device they would be a class that nobody has, and the loss
 * a number that looks fine.
 *
 * @param name of the input that holds the labels
 * @param input its number
 * @param classes how many there are
 * @param ignored the label that is no class and does not count; null where there is none
 */
record LabelCheck(String name, int input, long classes, Long ignored) {

    /** A check for every input that a loss takes as its labels. */
    static LabelCheck[] of(Graph graph, Executable executable) {
        return graph.nodes().stream()
                .filter(node -> node.operation() == ClassLabels.INSTANCE)
                .filter(node -> labels(node).is(Primitive.INPUT))
                .filter(node -> node.attributes().shape(ClassLabels.CLASSES).isFixed())
                .map(node -> of(node, executable))
                .distinct()
                .toArray(LabelCheck[]::new);
    }

    /** Where labels come from, whatever shape they are given on the way. */
    private static Node labels(Node classLabels) {
        Node labels = classLabels.input(0).node();
        while (labels.is(Primitive.RESHAPE)) {
            labels = labels.input(0).node();
        }
        return labels;
    }

    private static LabelCheck of(Node node, Executable executable) {
        String name = labels(node).attributes().text("name");
        Attributes attributes = node.attributes();
        return new LabelCheck(
                name,
                executable.inputIndex(name),
                attributes.shape(ClassLabels.CLASSES).size(),
                attributes.has(ClassLabels.IGNORED) ? attributes.integer(ClassLabels.IGNORED) : null);
    }

    /**
     * Checks one batch; allocates nothing where all is well.
     *
     * @throws DataException naming the first record whose label is no class
     */
    void check(NDArray labels, long step) {
        for (int i = 0; i < labels.size(); i++) {
            double label = labels.get(i);
            if ((label < 0 || label >= classes) && (ignored == null || label != ignored)) {
                throw wrong(labels, i, step);
            }
        }
    }

    // Written out for the reason that Value gives.
    @Override
    public boolean equals(Object other) {
        return other instanceof LabelCheck check
                && check.name.equals(name)
                && check.input == input
                && check.classes == classes
                && Objects.equals(check.ignored, ignored);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, input, classes, ignored);
    }

    private DataException wrong(NDArray labels, int index, long step) {
        long inRecord = labels.size() / labels.shape().size(0);
        String position = inRecord == 1 ? "" : " at position " + index % inRecord;
        return new DataException("step " + step + ": record " + index / inRecord + " of the batch has label "
                + (long) labels.get(index) + position + " in '" + name + "'; with " + classes
                + " classes, labels are 0 to "
                + (classes - 1) + (ignored == null ? "" : ", and " + ignored + " is ignored"));
    }
}
