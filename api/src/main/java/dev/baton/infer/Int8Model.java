package dev.baton.infer;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.compiler.Preparation;
import dev.baton.compiler.Quantizable;
import dev.baton.compiler.QuantizeProducts;
import dev.baton.composite.Int8Scale;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.Value;
import dev.baton.io.ModelFile;
import dev.baton.io.ModelInfo;
import dev.baton.nn.DecodingGraph;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model with products of bytes, on a session of its own: the pass that answers and, where the model writes text, the one that
 * writes. Both have the same bytes and the same scales.
 */
final class Int8Model {

    /** Begins the names of what is prepared for writing: that for answering is another. */
    private static final String WRITING = "writing/prepared/";

    private final Session session;
    private final Quantizable found;
    private final Map<Value, Int8Scale> scales;
    private final Graph quantized;
    private final Optional<DecodingGraph> writing;
    private final Batch shown;

    private Int8Model(
            Session session,
            Quantizable found,
            Map<Value, Int8Scale> scales,
            Optional<DecodingGraph> decoding,
            Batch shown) {
        this.session = session;
        this.found = found;
        this.scales = scales;
        this.shown = shown;
        this.quantized = quantized(found, scales);
        this.writing = decoding.flatMap(this::writing);
    }

    /**
     * Quantises a model.
     *
     * @param session has its weights, and nothing else
     * @param shown what ranges of activations are found with
     * @throws DataException if the model has nothing to quantise
     */
    static Int8Model of(Session session, Layer model, List<Batch> shown) {
        DType dtype = shown.get(0).inputs().dtype();
        Shape example = shown.get(0).inputs().shape().without(0);
        Preparation preparation = Preparation.of(ForwardGraph.of(model, dtype, example));
        prepare(session, preparation);
        var found = new Quantizable(preparation.rest());
        if (found.size() == 0) {
            throw new DataException("the model has no matrix product and no convolution that can be quantised");
        }
        Map<Value, Int8Scale> scales =
                Ranges.of(session, found.graph(), found.kept(), shown).scales();
        Optional<DecodingGraph> decoding = DecodingGraph.ifPossible(model, dtype, example);
        return new Int8Model(session, found, scales, decoding, shown.get(0));
    }

    private static void prepare(Session session, Preparation preparation) {
        session.addVariables(preparation.rest());
        Prepared.compute(session, preparation.once());
    }

    /** With products of bytes; what each of them ends with is another output. */
    private Graph quantized(Quantizable products, Map<Value, Int8Scale> known) {
        var variables = new LinkedHashMap<String, NDArray>();
        products.variables().forEach(name -> variables.put(name, session.value(name)));
        return QuantizeProducts.run(products, known, variables);
    }

    /** What writes text, with the scales of what answers; empty where its products are others. */
    private Optional<DecodingGraph> writing(DecodingGraph traced) {
        Preparation preparation = Preparation.of(traced.graph(), WRITING);
        prepare(session, preparation);
        var products = new Quantizable(preparation.rest());
        return products.scalesAs(found, scales)
                .map(known -> new DecodingGraph(
                        part(
                                quantized(products, known),
                                traced.graph().outputs().keySet()),
                        traced.context()));
    }

    private static Graph part(Graph graph, Set<String> names) {
        var outputs = new LinkedHashMap<String, Value>();
        names.forEach(name -> outputs.put(name, graph.outputs().get(name)));
        return graph.part(outputs);
    }

    /**
     * Writes it to a file.
     *
     * @throws DataException if the file cannot be written; the one that was there stays
     */
    void save(Path file, ModelInfo info) {
        Graph answering = part(quantized, Set.of(ForwardGraph.ANSWERS));
        Set<String> tables = tables(answering);
        writing.ifPresent(decoding -> tables.addAll(tables(decoding.graph())));
        ModelFile.save(session, answering, writing, file, info, tables);
    }

    /** What is large among the variables that are numbers: biases and what norms multiply with are little, and count for much. */
    static Set<String> tables(Graph graph) {
        var tables = new LinkedHashSet<String>();
        graph.variables().forEach((name, value) -> {
            if (value.dtype() == DType.FLOAT32 && value.shape().rank() > 1) {
                tables.add(name);
            }
        });
        return tables;
    }

    /** How far the results of each layer are off, in the whole quantised model, as a share of their own size. */
    Map<String, Double> errors() {
        Map<String, Value> ends = found.ends();
        Graph exact = new Graph.Rewriter(found.graph()) {
            @Override
            protected void addOutputs(Map<String, Value> inputs, Map<String, Value> outputs) {
                ends.forEach((name, value) -> outputs.put(name, replaced(value)));
            }
        }.run();
        Map<String, NDArray> right = outputs(exact);
        Map<String, NDArray> got = outputs(quantized);
        var errors = new LinkedHashMap<String, Double>();
        ends.keySet().forEach(name -> errors.put(name, distance(right.get(name), got.get(name))));
        return errors;
    }

    private Map<String, NDArray> outputs(Graph graph) {
        var outputs = new LinkedHashMap<String, NDArray>();
        try (var executable = new Executable(session, "quantization", graph, Opened.here("quantization"))) {
            executable.input(executable.inputIndex(ForwardGraph.INPUTS), shown.inputs());
            executable.run();
            graph.outputs()
                    .keySet()
                    .forEach(name -> outputs.put(name, executable.output(executable.outputIndex(name))));
        }
        return outputs;
    }

    /** The root of the squared differences' sum, over that of the right numbers' squares. */
    private static double distance(NDArray right, NDArray got) {
        double squares = 0;
        double differences = 0;
        for (int i = 0; i < right.size(); i++) {
            double difference = got.get(i) - right.get(i);
            squares += right.get(i) * right.get(i);
            differences += difference * difference;
        }
        return Math.sqrt(differences / Math.max(squares, Double.MIN_NORMAL));
    }
}
