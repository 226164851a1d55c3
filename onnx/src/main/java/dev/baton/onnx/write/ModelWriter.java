package dev.baton.onnx.write;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.graph.Graph;
import dev.baton.io.WholeFile;
import dev.baton.onnx.format.GraphDef;
import dev.baton.onnx.format.Model;
import dev.baton.onnx.format.OperatorSet;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.function.Function;

/** Writes ONNX files. */
public final class ModelWriter {

    /** The version of the operators that are written. */
    private static final int OPERATORS = 17;

    /** The version of the format that came with them. */
    private static final int FORMAT = 8;

    /** What a file may hold beside its weights. */
    private static final long MARGIN = 64L << 20;

    private ModelWriter() {}

    /**
     * Writes a graph.
     *
     * @param variables the value of each variable by its name
     * @throws DataException if the file cannot be written, or the weights are too many for one
     * @throws BatonException if the graph has what the format lacks
     */
    public static void write(Graph graph, Function<String, NDArray> variables, Path file) {
        long bytes = graph.variables().values().stream()
                .mapToLong(variable -> variable.type().bytes())
                .sum();
        if (bytes > Integer.MAX_VALUE - MARGIN) {
            throw new DataException("cannot write " + file + ": an ONNX file holds at most 2 GiB, and the model has "
                    + (bytes >> 20) + " MiB of weights");
        }
        GraphDef written = GraphWriter.write(graph, variables);
        Model model = Model.newBuilder()
                .setIrVersion(FORMAT)
                .setProducerName("baton")
                .addOpset(OperatorSet.newBuilder().setDomain("").setVersion(OPERATORS))
                .setGraph(written)
                .build();
        WholeFile.write(file, channel -> {
            var stream = Channels.newOutputStream(channel);
            model.writeTo(stream);
            stream.flush();
        });
    }
}
