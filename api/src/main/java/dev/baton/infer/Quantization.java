package dev.baton.infer;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.compiler.Preparation;
import dev.baton.compiler.Quantizable;
import dev.baton.compiler.QuantizeProducts;
import dev.baton.composite.Int8Scale;
import dev.baton.data.Batch;
import dev.baton.graph.Graph;
import dev.baton.graph.Value;
import dev.baton.io.ModelFile;
import dev.baton.io.ModelInfo;
import dev.baton.io.Weights;
import dev.baton.loss.Loss;
import dev.baton.metrics.Metric;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a trained model smaller and faster: a model file whose matrix products and convolutions multiply bytes ({@link
 * #int8}), or one of half the size ({@link #bfloat16}).
 *
 * <pre>{@code
 * QuantizationReport report = Quantization.of(session, model)
 *         .calibration(train.batched(64))
 *         .test(test.batched(64), Losses.crossEntropy())
 *         .metric(Metrics.accuracy())
 *         .int8(Path.of("digits-int8.baton"));
 * }</pre>
 *
 * <p>Weights are {@code int8} with a scale for each output, symmetric around 0. Activations are {@code int8} with one scale
 * for each layer, from the least to the largest number that layer has seen during calibration, so that no number of the
 * calibration is cut off. Batch normalisations are folded into the convolutions before them first, and ReLUs, biases and
 * shortcuts are part of the products, so that convolutions hand each other bytes. Everything else stays float32, but for the
 * weights that are left, such as tables of embeddings, which are bfloat16 in the file.
 *
 * <p>Sums of bytes are exact: a quantised layer gives the same bytes on every processor and at every batch size.
 */
public final class Quantization {

    private static final int BATCHES = 16;

    private final Session session;
    private final Layer model;
    private Iterable<Batch> calibration;
    private int batches = BATCHES;
    private Iterable<Batch> test;
    private Loss loss;
    private final List<Metric> metrics = new ArrayList<>();
    private ModelInfo info = ModelInfo.of();

    private Quantization(Session session, Layer model) {
        this.session = session;
        this.model = model;
    }

    /** Of a model with the weights that a session has now; the session's stay as they are. */
    public static Quantization of(Session session, Layer model) {
        return new Quantization(session, model);
    }

    /** The batches that ranges of activations are found with: the first 16 of these. */
    public Quantization calibration(Iterable<Batch> batches) {
        return calibration(batches, BATCHES);
    }

    /** The batches that ranges of activations are found with: the first ones of these, so many at most. */
    public Quantization calibration(Iterable<Batch> all, int most) {
        if (most < 1) {
            throw new BatonException("ranges are found with at least one batch, not " + most);
        }
        this.calibration = all;
        this.batches = most;
        return this;
    }

    /** What the loss before and after is measured on; it should be none that the model was trained or calibrated with. */
    public Quantization test(Iterable<Batch> batches, Loss loss) {
        this.test = batches;
        this.loss = loss;
        return this;
    }

    /** What belongs to the model, such as the names of its classes, and is written with it; nothing where it is not called. */
    public Quantization info(ModelInfo info) {
        this.info = info;
        return this;
    }

    /** Another number that is measured before and after. */
    public Quantization metric(Metric metric) {
        metrics.add(metric);
        return this;
    }

    /**
     * Writes the model with products of bytes, which {@link Predictor#load(Path)} answers with, and measures it. A model that
     * writes text answers from this file, but does not write ({@link TextGenerator#load}).
     *
     * @throws StateException if calibration or test batches were not named
     * @throws DataException if there are no batches, the model has nothing to quantise, or the file cannot be written
     */
    public QuantizationReport int8(Path file) {
        if (calibration == null) {
            throw new StateException("name the batches that show the ranges of activations: calibration(..)");
        }
        List<Batch> shown = first(calibration, batches);
        requireTest();
        Opened opened = Opened.here("quantization");
        try (Session own = opened.session(session.backend(), session.seed(), Precision.FLOAT32)) {
            Weights.copy(session, own, model);
            Preparation preparation = Preparation.of(traced(shown.get(0)));
            own.addVariables(preparation.rest());
            Prepared.compute(own, preparation.once());
            return report(file, write(own, preparation.rest(), shown, file));
        } finally {
            opened.close();
        }
    }

    /** Writes a file from a forward pass whose batch norms are folded; gives how far each layer is off. */
    private Map<String, Double> write(Session own, Graph graph, List<Batch> shown, Path file) {
        var found = new Quantizable(graph);
        if (found.size() == 0) {
            throw new DataException("the model has no matrix product and no convolution that can be quantised");
        }
        Map<Value, Int8Scale> scales =
                Ranges.of(own, graph, found.kept(), shown).scales();
        var variables = new LinkedHashMap<String, NDArray>();
        found.variables().forEach(name -> variables.put(name, own.value(name)));
        Graph quantized = QuantizeProducts.run(found, scales, variables);
        Value answers = quantized.outputs().get(ForwardGraph.ANSWERS);
        Graph answering = quantized.part(Map.of(ForwardGraph.ANSWERS, answers));
        ModelFile.save(own, answering, file, info, tables(answering));
        return errors(own, found, quantized, shown.get(0));
    }

    /**
     * Writes the model with its weights as bfloat16, half as large, and measures it. It computes with float32, so that it
     * is as fast as before; nothing has to be calibrated.
     *
     * @throws StateException if test batches were not named
     * @throws DataException if there are no batches, or the file cannot be written
     */
    public QuantizationReport bfloat16(Path file) {
        requireTest();
        Batch like = first(test, 1).get(0);
        DType dtype = like.inputs().dtype();
        Shape example = like.inputs().shape().without(0);
        ModelFile.save(session, model, dtype, example, file, info, tables(traced(like)));
        return report(file, Map.of());
    }

    /** What is large among the variables that are numbers: biases and what norms multiply with are little, and count for much. */
    private static Set<String> tables(Graph graph) {
        var tables = new LinkedHashSet<String>();
        graph.variables().forEach((name, value) -> {
            if (value.dtype() == DType.FLOAT32 && value.shape().rank() > 1) {
                tables.add(name);
            }
        });
        return tables;
    }

    private void requireTest() {
        if (test == null) {
            throw new StateException("name the batches that the model is measured with before and after: test(..)");
        }
    }

    private Graph traced(Batch like) {
        return ForwardGraph.of(
                model, like.inputs().dtype(), like.inputs().shape().without(0));
    }

    private QuantizationReport report(Path file, Map<String, Double> errors) {
        return new Comparison(session, model, test, loss, metrics).report(file, errors);
    }

    private static List<Batch> first(Iterable<Batch> batches, int most) {
        var first = new ArrayList<Batch>();
        for (Batch batch : batches) {
            if (first.size() == most) {
                break;
            }
            first.add(batch);
        }
        if (first.isEmpty()) {
            throw new DataException("there are no batches to quantise with");
        }
        return first;
    }

    /** How far the results of each layer are off, in the whole quantised model, as a share of their own size. */
    private static Map<String, Double> errors(Session session, Quantizable found, Graph quantized, Batch shown) {
        Map<String, Value> ends = found.ends();
        Graph exact = new Graph.Rewriter(found.graph()) {
            @Override
            protected void addOutputs(Map<String, Value> inputs, Map<String, Value> outputs) {
                ends.forEach((name, value) -> outputs.put(name, replaced(value)));
            }
        }.run();
        Map<String, NDArray> right = outputs(session, exact, shown);
        Map<String, NDArray> got = outputs(session, quantized, shown);
        var errors = new LinkedHashMap<String, Double>();
        ends.keySet().forEach(name -> errors.put(name, distance(right.get(name), got.get(name))));
        return errors;
    }

    private static Map<String, NDArray> outputs(Session session, Graph graph, Batch shown) {
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
