package dev.baton.infer;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.io.ModelFile;
import dev.baton.io.ModelInfo;
import dev.baton.io.Weights;
import dev.baton.loss.Loss;
import dev.baton.metrics.Metric;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
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
     * Writes the model with products of bytes, which {@link Predictor#load(Path)} answers with and {@link
     * TextGenerator#load(Path)} writes with, where the model writes text, and measures its answers.
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
            Int8Model quantized = Int8Model.of(own, model, shown);
            quantized.save(file, info);
            return report(file, quantized.errors());
        } finally {
            opened.close();
        }
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
        Set<String> tables = Int8Model.tables(ForwardGraph.of(model, dtype, example));
        ModelFile.save(session, model, dtype, example, file, info, tables);
        return report(file, Map.of());
    }

    private void requireTest() {
        if (test == null) {
            throw new StateException("name the batches that the model is measured with before and after: test(..)");
        }
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
}
