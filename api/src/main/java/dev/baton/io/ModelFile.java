package dev.baton.io;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.nn.DecodingGraph;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A whole model in one file: its weights as {@link Weights} lays them out, and its forward pass as a graph, among the
 * texts about the file. Whoever reads it needs none of the classes that its layers are made of, and other frameworks
 * read the weights.
 */
public final class ModelFile {

    /** The text about the file that holds the graph. */
    private static final String GRAPH = SavedInfo.OWN + "graph";

    /** The text about the file that holds the graph of a model that writes text, and that with its context. */
    private static final String DECODING = SavedInfo.OWN + "decoding";

    private static final String CONTEXT = SavedInfo.OWN + "context";

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
        save(session, model, dtype, example, file, ModelInfo.of());
    }

    /**
     * The same, with what else belongs to the model, such as how its inputs are made.
     *
     * @param texts by name; {@link #texts(Path)} reads them again
     * @throws DataException also if one has a name that the file needs itself
     */
    public static void save(
            Session session, Layer model, DType dtype, Shape example, Path file, Map<String, String> texts) {
        save(session, model, dtype, example, file, ModelInfo.of().texts(texts));
    }

    /**
     * The same, with what belongs to the model; {@link #info} reads it again.
     *
     * @throws DataException also if it does not fit the model: a standardizer of other rows than the examples are
     */
    public static void save(Session session, Layer model, DType dtype, Shape example, Path file, ModelInfo info) {
        save(session, model, dtype, example, file, info, Set.of());
    }

    /**
     * The same, with some weights of half the size.
     *
     * @param halved the names of parameters that are written as bfloat16, the nearest such numbers
     */
    public static void save(
            Session session, Layer model, DType dtype, Shape example, Path file, ModelInfo info, Set<String> halved) {
        info.standardizer().ifPresent(fitted -> {
            if (dtype != DType.FLOAT32 || fitted.size() != example.size()) {
                throw new DataException("the standardizer is one of rows of " + fitted.size()
                        + " values, but the model is shown " + dtype + example);
            }
        });
        Graph graph = ForwardGraph.of(model, dtype, example);
        session.addVariables(graph);
        Map<String, NDArray> arrays = Weights.arrays(session, model);
        graph.variables().keySet().forEach(name -> arrays.computeIfAbsent(name, session::value));
        write(graph, DecodingGraph.ifPossible(model, dtype, example), arrays, file, info, halved);
    }

    /**
     * Saves a forward pass with the values that a session has of its variables. The file answers, but does not write text.
     *
     * @param graph from {@link ForwardGraph#INPUTS} to {@link ForwardGraph#ANSWERS}, as {@link #load} gives it
     * @param halved the names of float32 variables that are written as bfloat16, the nearest such numbers
     * @throws DataException if the file cannot be written; the one that was there stays
     */
    public static void save(Session session, Graph graph, Path file, ModelInfo info, Set<String> halved) {
        save(session, graph, Optional.empty(), file, info, halved);
    }

    /**
     * The same with what writes text, where there is one.
     *
     * @param writing of the same model; its variables are those of {@code graph} and of the session
     */
    public static void save(
            Session session,
            Graph graph,
            Optional<DecodingGraph> writing,
            Path file,
            ModelInfo info,
            Set<String> halved) {
        session.addVariables(graph);
        var arrays = new LinkedHashMap<String, NDArray>();
        putValues(session, graph, arrays);
        writing.ifPresent(decoding -> putValues(session, decoding.graph(), arrays));
        write(graph, writing, arrays, file, info, halved);
    }

    /** The values that a session has of a graph's variables, as they lie in files. */
    private static void putValues(Session session, Graph graph, Map<String, NDArray> arrays) {
        graph.variables()
                .keySet()
                .forEach(name -> arrays.computeIfAbsent(
                        name, unused -> Weights.laidOut(SavedGraph.layout(graph.initial(name)), session.value(name))));
    }

    private static void write(
            Graph graph,
            Optional<DecodingGraph> writing,
            Map<String, NDArray> arrays,
            Path file,
            ModelInfo info,
            Set<String> halved) {
        var metadata = new LinkedHashMap<>(Weights.METADATA);
        metadata.put(GRAPH, SavedGraph.write(graph));
        metadata.putAll(SavedInfo.write(info));
        writing.ifPresent(decoding -> {
            metadata.put(DECODING, SavedGraph.write(decoding.graph()));
            metadata.put(CONTEXT, Long.toString(decoding.context()));
        });
        Safetensors.write(file, arrays, metadata, halved);
    }

    /**
     * The texts that were saved with a model.
     *
     * @throws DataException if the file cannot be read
     */
    public static Map<String, String> texts(Path file) {
        return info(file).texts();
    }

    /**
     * What belongs to a model that was saved.
     *
     * @throws DataException if the file cannot be read
     */
    public static ModelInfo info(Path file) {
        return SavedInfo.read(file, Safetensors.metadata(file));
    }

    /**
     * Gives a session the variables of a saved model, with their values.
     *
     * @return the forward pass, from {@link ForwardGraph#INPUTS} to {@link ForwardGraph#ANSWERS}
     * @throws DataException if the file cannot be read, or holds weights and no model
     */
    public static Graph load(Session session, Path file) {
        Safetensors.Contents contents = Safetensors.contents(file);
        Graph graph = read(
                file,
                contents,
                GRAPH,
                ModelFile::forward,
                "it holds weights and not the model that they belong to: give the model, as "
                        + "in Predictor.load(file, model), or save it with ModelFile, as a trainer does that has trained");
        fill(session, graph, file, contents);
        return graph;
    }

    /**
     * Whether a file holds a model that writes text.
     *
     * @throws DataException if the file cannot be read
     */
    public static boolean writesText(Path file) {
        return Safetensors.metadata(file).containsKey(DECODING);
    }

    /**
     * Gives a session the variables of a saved model that writes text, with their values.
     *
     * @throws DataException if the file cannot be read, or holds no model that writes text
     */
    public static DecodingGraph loadDecoding(Session session, Path file) {
        Safetensors.Contents contents = Safetensors.contents(file);
        String context = contents.metadata().getOrDefault(CONTEXT, "");
        if (!context.matches("[0-9]{0,9}")) {
            throw new DataException(file + ": '" + context + "' is no number of positions of a text");
        }
        DecodingGraph decoding = read(
                file,
                contents,
                DECODING,
                graph -> new DecodingGraph(graph, Long.parseLong("0" + context)),
                "it holds no model that writes text: one that takes tokens to logits for each, and whose tokens look at each "
                        + "other by causal attention alone, saved with ModelFile, as a trainer does that has trained");
        fill(session, decoding.graph(), file, contents);
        return decoding;
    }

    /** What a text about the file holds a graph of; fails with {@code missing} where there is none. */
    private static <T> T read(
            Path file, Safetensors.Contents contents, String which, Function<Graph, T> checked, String missing) {
        String text = contents.metadata().get(which);
        if (text == null) {
            throw new DataException(file + ": " + missing);
        }
        try {
            return checked.apply(SavedGraph.read(text));
        } catch (BatonException e) {
            throw new DataException(file + ": " + e.getMessage(), e);
        }
    }

    /** Gives a session the variables of a graph that was read: all of them, or none where one does not fit. */
    private static void fill(Session session, Graph graph, Path file, Safetensors.Contents contents) {
        var values = new LinkedHashMap<String, NDArray>();
        graph.variables().forEach((name, variable) -> {
            var saved = (SavedGraph.Saved) graph.initial(name);
            Weights.check(name, saved.type(), saved.layout(), file, contents.arrays());
            values.put(name, Weights.laidOut(saved.layout(), contents.arrays().get(name)));
        });
        session.addVariables(graph);
        values.forEach(session::set);
    }

    private static Graph forward(Graph graph) {
        if (!graph.inputs().keySet().equals(Set.of(ForwardGraph.INPUTS))
                || !graph.outputs().containsKey(ForwardGraph.ANSWERS)) {
            throw new DataException("the model in it goes from "
                    + graph.inputs().keySet() + " to "
                    + graph.outputs().keySet() + ", not from '" + ForwardGraph.INPUTS + "' to '" + ForwardGraph.ANSWERS
                    + "'");
        }
        return graph;
    }
}
