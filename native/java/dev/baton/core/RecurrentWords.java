package dev.baton.core;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.composite.Gru;
import dev.baton.composite.Lstm;
import dev.baton.composite.Recurrence;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import java.util.List;

/** The words of recurrences over whole sequences, and the memory that they want while they run. */
final class RecurrentWords {

    /** Elements between the rows of what one step hands to the next. */
    private static final long GAP = 16;

    private static final long ABSENT = -1;

    private RecurrentWords() {}

    /** Bytes of scratch memory; 0 for what is no recurrence. */
    static long scratch(Node node) {
        if (!(node.operation() instanceof Recurrence recurrence)) {
            return 0;
        }
        Shape weight = weight(node);
        long sequences = node.input(0).shape().size(0);
        long hidden = weight.size(0);
        long width = weight.size(1);
        boolean forwards = recurrence == Lstm.FORWARD || recurrence == Gru.FORWARD;
        long elements = forwards ? 2 * sequences * (hidden + GAP) : width * hidden + 2 * sequences * (width + GAP);
        // At least something: without sequences there is a place for it all the same.
        return Math.max(1, elements) * DType.FLOAT32.bytes();
    }

    private static Shape weight(Node node) {
        Operation operation = node.operation();
        boolean lstm = operation == Lstm.FORWARD || operation == Lstm.BACKWARD;
        return node.input(lstm ? 3 : 2).shape();
    }

    static void recurrence(Encoder out, Kernel.Whole kernel) {
        sizes(out, kernel.node());
        out.references(kernel.inputs());
        results(out, kernel);
    }

    /** The gradient of the cells is there only where they are used for something else too. */
    static void lstmBackward(Encoder out, Kernel.Whole kernel) {
        sizes(out, kernel.node());
        List<Buffer> inputs = kernel.inputs();
        out.references(inputs);
        if (inputs.size() == 5) {
            out.add(ABSENT);
        }
        results(out, kernel);
    }

    private static void sizes(Encoder out, Node node) {
        Shape sequences = node.input(0).shape();
        out.add(sequences.size(0), sequences.size(1), weight(node).size(0));
        out.add(node.attributes().flag(Recurrence.REVERSE) ? 1 : 0);
    }

    private static void results(Encoder out, Kernel.Whole kernel) {
        out.references(kernel.outputs());
        out.references(List.of(kernel.scratch()));
    }
}
