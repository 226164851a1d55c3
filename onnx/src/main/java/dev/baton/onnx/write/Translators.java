package dev.baton.onnx.write;

import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import java.util.HashMap;
import java.util.Map;

/** What writes each operation, by family. */
final class Translators {

    /** Writes a node: adds nodes to the file and says what its outputs are there. */
    @FunctionalInterface
    interface Translator {

        /** Gives whether it could: else the definition of the composite is written. */
        boolean write(GraphWriter file, Node node);
    }

    private static final Map<Operation, Translator> ALL = new HashMap<>();

    static {
        ALL.putAll(Elements.ALL);
        ALL.putAll(Movements.ALL);
        ALL.putAll(Reductions.ALL);
        ALL.putAll(Pictures.ALL);
        ALL.putAll(Recurrences.ALL);
    }

    private Translators() {}

    /** Writes a node and says whether there is an operator for it. */
    static boolean write(GraphWriter file, Node node) {
        Translator translator = ALL.get(node.operation());
        return translator != null && translator.write(file, node);
    }
}
