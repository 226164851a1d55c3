package dev.baton.onnx;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.io.ModelFile;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.onnx.read.OnnxFile;
import dev.baton.onnx.write.ModelWriter;
import dev.baton.runtime.Session;
import java.nio.file.Path;

/**
 * ONNX files: models written for other runtimes, and models read that were trained elsewhere. What can be written and read
 * is listed in {@code docs/onnx.md}.
 */
public final class Onnx {

    private Onnx() {}

    /**
     * Writes the forward pass of a model with the weights that a session has for it: from the input {@link
     * ForwardGraph#INPUTS} to the output {@link ForwardGraph#ANSWERS}, for batches of any size.
     *
     * @param dtype of what the model is shown
     * @param example the shape of one example, without the batch
     * @throws dev.baton.DataException if the file cannot be written, which leaves the one that was there, or if the weights
     *     are more than the 2 GiB that an ONNX file holds
     * @throws dev.baton.ShapeException if the model does not take such examples
     * @throws dev.baton.BatonException if the model does what ONNX has no operator for
     */
    public static void save(Session session, Layer model, DType dtype, Shape example, Path file) {
        save(session, ForwardGraph.of(model, dtype, example), file);
    }

    /**
     * The same for any forward pass, of several inputs and outputs. The symbols of its shapes stay open in the file.
     *
     * @param forward a graph that assigns nothing
     */
    public static void save(Session session, Graph forward, Path file) {
        session.addVariables(forward);
        ModelWriter.write(forward, session::value, file);
    }

    /**
     * Writes the model of a file that {@link ModelFile} or a trainer saved.
     *
     * @throws dev.baton.DataException if one of the files cannot be read or written
     */
    public static void convert(Path modelFile, Path onnxFile) {
        // Nothing is computed, so that any backend will do.
        try (var session = Session.open("reference")) {
            save(session, ModelFile.load(session, modelFile), onnxFile);
        }
    }

    /**
     * Reads a model.
     *
     * @throws dev.baton.DataException if the file cannot be read, is damaged, was written for versions of the operators that
     *     Baton does not know, or has operators that Baton has no form for: then all of them are named
     */
    public static OnnxModel load(Path file) {
        return new OnnxModel(OnnxFile.read(file));
    }
}
