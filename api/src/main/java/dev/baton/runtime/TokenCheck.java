package dev.baton.runtime;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.List;
import java.util.Optional;

/**
 * Finds tokens that are no row of their table before anything runs: on the device they would be rows of NaN, and nobody
 * could say which ones.
 *
 * @param input the number of the input that holds the tokens
 * @param name its name
 * @param rows how many rows the table has
 */
record TokenCheck(int input, String name, long rows) {

    /** A check for every input whose numbers ask for rows of a table. */
    static List<TokenCheck> of(Graph graph) {
        List<Value> inputs = List.copyOf(graph.inputs().values());
        return graph.nodes().stream()
                .filter(node -> node.is(Primitive.GATHER)
                        && node.input(0).shape().dim(0).isFixed())
                .flatMap(node -> source(node.input(1))
                        .map(source -> new TokenCheck(
                                inputs.indexOf(source.output(0)),
                                source.attributes().text("name"),
                                node.input(0).shape().size(0)))
                        .stream())
                .distinct()
                .toList();
    }

    /** The input that a value is, perhaps in another shape. */
    private static Optional<Node> source(Value value) {
        Node node = value.node();
        while (node.is(Primitive.RESHAPE)) {
            node = node.input(0).node();
        }
        return node.is(Primitive.INPUT) ? Optional.of(node) : Optional.empty();
    }

    /**
     * Checks what is handed in; allocates nothing where all is well.
     *
     * @param what runs, such as {@code training step}
     * @throws DataException naming the first record with a token that is no row
     */
    void check(String what, NDArray[] arguments) {
        NDArray tokens = arguments[input];
        for (int i = 0; i < tokens.size(); i++) {
            double token = tokens.get(i);
            if (token < 0 || token >= rows) {
                throw wrong(what, tokens, i);
            }
        }
    }

    private DataException wrong(String what, NDArray tokens, int index) {
        int rank = tokens.shape().rank();
        long inRecord = rank == 0 ? 1 : tokens.size() / tokens.shape().size(0);
        String position = rank < 2 ? "" : ", position " + index % inRecord;
        return new DataException(what + ": record " + index / inRecord + " of the batch" + position + " is token "
                + (long) tokens.get(index) + " in '" + name + "'; the table has " + rows + " rows, tokens are 0 to "
                + (rows - 1));
    }
}
