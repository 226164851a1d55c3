package dev.baton.io;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.Initial;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerVariable;
import dev.baton.nn.Parameter.FileLayout;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A whole model in one file: its weights as {@link Weights} lays them out, and its forward pass as a graph, among the
 * texts about the file. Whoever reads it needs none of the classes that its layers are made of, and other frameworks
 * read the weights.
 */
public final class ModelFile {

    /** The text about the file that holds the graph. */
    private static final String GRAPH = "baton.graph";

    private ModelFile() {}

    /**
     * Saves a model with the weights that a session has for it.
     *
     * @param dtype of what the model is shown
     * @param example the shape of one example, without the batch
     * @throws DataException if the file cannot be written; the one that was there stays
     * @throws dev.baton.ShapeException if the model does not take such examples
     */
    public static void save(Session session, Layer model, DType dtype, Shape example, Path file) {
        save(session, model, dtype, example, file, Map.of());
    }

    /**
     * The same, with what else belongs to the model, such as how its inputs are made.
     *
     * @param texts by name; {@link #texts(Path)} reads them again
     * @throws DataException also if one has a name that the file needs itself
     */
    public static void save(
            Session session, Layer model, DType dtype, Shape example, Path file, Map<String, String> texts) {
        Graph graph = ForwardGraph.of(model, dtype, example);
        session.addVariables(graph);
        Map<String, NDArray> arrays = Weights.arrays(session, model);
        graph.variables().keySet().forEach(name -> arrays.computeIfAbsent(name, session::value));
        write(graph, arrays, file, texts, Set.of());
    }

    /**
     * Saves a forward pass with the values that a session has of its variables.
     *
     * @param graph from {@link ForwardGraph#INPUTS} to {@link ForwardGraph#ANSWERS}, as {@link #load} gives it
     * @param halved the names of float32 variables that are written as bfloat16, the nearest such numbers
     * @throws DataException if the file cannot be written; the one that was there stays
     */
    public static void save(Session session, Graph graph, Path file, Set<String> halved) {
        session.addVariables(graph);
        var arrays = new LinkedHashMap<String, NDArray>();
        graph.variables()
                .keySet()
                .forEach(name -> arrays.put(name, Weights.laidOut(layout(graph, name), session.value(name))));
        write(graph, arrays, file, Map.of(), halved);
    }

    private static FileLayout layout(Graph graph, String variable) {
        Initial initial = graph.initial(variable);
        if (initial instanceof LayerVariable parameter) {
            return parameter.layout();
        }
        return initial instanceof SavedGraph.Saved saved ? saved.layout() : FileLayout.AS_IS;
    }

    private static void write(
            Graph graph, Map<String, NDArray> arrays, Path file, Map<String, String> texts, Set<String> halved) {
        var metadata = new LinkedHashMap<>(Weights.METADATA);
        metadata.put(GRAPH, SavedGraph.write(graph));
        texts.forEach((name, text) -> {
            if (metadata.putIfAbsent(name, text) != null) {
                throw new DataException("a text that is saved with a model cannot be named '" + name + "'");
            }
        });
        Safetensors.write(file, arrays, metadata, halved);
    }

    /**
     * The texts that were saved with a model.
     *
     * @throws DataException if the file cannot be read
     */
    public static Map<String, String> texts(Path file) {
        var texts = new LinkedHashMap<>(Safetensors.metadata(file));
        texts.remove(GRAPH);
        texts.keySet().removeAll(Weights.METADATA.keySet());
        return texts;
    }

    /**
     * Gives a session the variables of a saved model, with their values.
     *
     * @return the forward pass, from {@link ForwardGraph#INPUTS} to {@link ForwardGraph#ANSWERS}
     * @throws DataException if the file cannot be read, or holds weights and no model
     */
    public static Graph load(Session session, Path file) {
        Safetensors.Contents contents = Safetensors.contents(file);
        String text = contents.metadata().get(GRAPH);
        if (text == null) {
            throw new DataException(
                    file + ": it holds weights and not the model that they belong to: give the model, as "
                            + "in Predictor.load(file, model), or save it with ModelFile, as a trainer does that has trained");
        }
        Graph graph = read(file, text);
        var values = new LinkedHashMap<String, NDArray>();
        graph.variables().forEach((name, variable) -> {
            var saved = (SavedGraph.Saved) graph.initial(name);
            Weights.check(name, saved.type(), saved.layout(), file, contents.arrays());
            values.put(name, Weights.laidOut(saved.layout(), contents.arrays().get(name)));
        });
        session.addVariables(graph);
        values.forEach(session::set);
        return graph;
    }

    private static Graph read(Path file, String text) {
        try {
            return SavedGraph.read(text);
        } catch (DataException e) {
            throw new DataException(file + ": " + e.getMessage(), e);
        }
    }
}
