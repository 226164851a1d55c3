package dev.baton.infer;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.StateException;
import dev.baton.compiler.Preparation;
import dev.baton.composite.AllFinite;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.io.ModelFile;
import dev.baton.io.Weights;
import dev.baton.nn.ForwardGraph;
import dev.baton.nn.Layer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers with a trained model: one forward pass, no dropout, nothing of the training in memory. Any number of threads
 * may use one predictor. They take turns: a backend computes each answer with all cores of its device, so that
 * sessions side by side would fight for the same cores and hold the weights several times. Many examples at once are
 * answered faster by one {@link #predict(NDArray)} than by many calls.
 */
public final class Predictor implements AutoCloseable {

    /** The output that says whether the inputs are finite. */
    private static final String FINITE = "inputs finite";

    private final Lock turn = new ReentrantLock();
    private final Session session;
    private final Opened opened;
    private final ForwardPass forward;
    private final NDArray finite = NDArray.zeros(DType.BOOL, Shape.scalar());
    private Preparation preparation;
    private Executable executable;

    /** The forward pass for examples like some, with its variables in the predictor's session. */
    @FunctionalInterface
    private interface ForwardPass {
        Graph graph(NDArray examples);
    }

    /** Fills a session with what answers. */
    @FunctionalInterface
    private interface Source {
        ForwardPass fill(Session session);
    }

    private Predictor(Session session, Opened opened, ForwardPass forward) {
        this.session = session;
        this.opened = opened;
        this.forward = forward;
    }

    /**
     * A predictor with the weights that a session has now, on the same backend and in its precision. It keeps a copy:
     * later training does not change it, and the session may be closed.
     */
    public static Predictor of(Session session, Layer model) {
        return make(session.backend(), session.precision(), own -> {
            Weights.copy(session, own, model);
            return traced(model);
        });
    }

    /**
     * A predictor with the model of a file, on the best backend available. The classes of its layers are not needed.
     *
     * @param file as {@code Trainer.save} and {@code ModelFile} write it
     * @throws DataException if the file cannot be read, or holds weights and no model
     */
    public static Predictor load(Path file) {
        return load(file, (String) null);
    }

    /**
     * A predictor with the model of a file.
     *
     * @param backend its name; null for the best one available
     * @throws DataException if the file cannot be read, or holds weights and no model
     */
    public static Predictor load(Path file, String backend) {
        return make(backend, Precision.FLOAT32, own -> {
            Graph graph = ModelFile.load(own, file);
            return examples -> graph;
        });
    }

    /**
     * A predictor with the weights of a file, on the best backend available.
     *
     * @param file with the weights alone, as {@link Weights#save} writes it, or with a model too
     * @param model of the same structure as the one that was saved
     * @throws DataException if the file cannot be read or does not fit the model
     */
    public static Predictor load(Path file, Layer model) {
        return load(file, model, null);
    }

    /**
     * A predictor with the weights of a file.
     *
     * @param backend its name; null for the best one available
     * @throws DataException if the file cannot be read or does not fit the model
     */
    public static Predictor load(Path file, Layer model, String backend) {
        return make(backend, Precision.FLOAT32, own -> {
            Weights.load(own, model, file);
            return traced(model);
        });
    }

    private static ForwardPass traced(Layer model) {
        return examples ->
                ForwardGraph.of(model, examples.dtype(), examples.shape().without(0));
    }

    private static Predictor make(String backend, Precision precision, Source source) {
        Opened opened = Opened.here("predictor");
        Session session = opened.session(backend, 0, precision);
        try {
            ForwardPass forward = source.fill(session);
            session.release();
            return new Predictor(session, opened, forward);
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    /**
     * What the model gives for one example, as it is: for a model that is trained with cross-entropy these are logits.
     *
     * @param example the values of one example; the model is shown [1, length]
     * @throws DataException if a value is not finite
     * @throws ShapeException if the model takes another number of values
     * @throws StateException if the predictor is closed
     */
    public float[] predict(float[] example) {
        for (int i = 0; i < example.length; i++) {
            if (!Float.isFinite(example[i])) {
                throw new DataException("value " + i + " of the example is " + example[i] + ", not a finite number");
            }
        }
        return predict(NDArray.of(Shape.of(1, example.length), example)).toFloatArray();
    }

    /**
     * The probability of each class for one example: softmax of {@link #predict(float[])}, for a model that gives
     * logits.
     */
    public float[] probabilities(float[] example) {
        float[] logits = predict(example);
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += StrictMath.exp(logit - largest);
        }
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (StrictMath.exp(logits[i] - largest) / sum);
        }
        return logits;
    }

    /** The number of the class with the highest answer for one example; of equal ones the first. */
    public int classOf(float[] example) {
        float[] answers = predict(example);
        int largest = 0;
        for (int i = 1; i < answers.length; i++) {
            largest = answers[i] > answers[largest] ? i : largest;
        }
        return largest;
    }

    /**
     * What the model gives for many examples.
     *
     * @param examples float32 [N, ...], or int32 [N, ...] for a model that takes tokens; N at least 1; the element type
     *     and the sizes after N are the same in every call
     * @return float32 [N, ...] in a new array
     * @throws DataException if a value is not finite, or a token is no row of the model's table
     * @throws ShapeException if the model takes another shape
     * @throws StateException if the predictor is closed
     */
    public NDArray predict(NDArray examples) {
        boolean isNumbers = examples.dtype() == DType.FLOAT32 || examples.dtype() == DType.INT32;
        if (!isNumbers || examples.shape().rank() < 2 || examples.shape().size(0) == 0) {
            throw new ShapeException("a predictor takes float32 or int32 [N, ...] with at least one example, not "
                    + examples.dtype() + examples.shape());
        }
        turn.lock();
        try {
            opened.requireOpen();
            try {
                prepare(examples);
                executable.input(executable.inputIndex(ForwardGraph.INPUTS), examples);
                executable.run();
                requireFinite();
                return executable.output(executable.outputIndex(ForwardGraph.ANSWERS));
            } finally {
                session.release();
            }
        } finally {
            turn.unlock();
        }
    }

    private void prepare(NDArray examples) {
        if (executable == null) {
            if (preparation == null) {
                // Kept also where what follows fails: its variables are those that the session has then.
                preparation = Preparation.of(watched(forward.graph(examples)));
            }
            session.addVariables(preparation.rest());
            computeOnce(preparation.once());
            executable = new Executable(session, "predictor", preparation.rest(), opened);
        }
    }

    /** Gives what depends on the weights alone its value: the weights of a predictor do not change. */
    private void computeOnce(Graph graph) {
        if (graph.outputs().isEmpty()) {
            return;
        }
        try (Plan plan = session.compile(graph, Map.of())) {
            plan.run(new NDArray[0]);
            int output = 0;
            for (Map.Entry<String, Value> computed : graph.outputs().entrySet()) {
                TensorType type = computed.getValue().type();
                NDArray value = NDArray.zeros(type.dtype(), type.shape());
                plan.read(output++, value);
                session.set(computed.getKey(), value);
            }
        }
    }

    /** With an output that says whether all numbers that the model is shown are finite: the device sees them anyway. */
    private static Graph watched(Graph graph) {
        return new Graph.Rewriter(graph) {
            @Override
            protected List<Value> rewrite(Node node, List<Value> inputs) {
                return copy(node, inputs, node.attributes());
            }

            @Override
            protected void addOutputs(Map<String, Value> inputs, Map<String, Value> outputs) {
                Value shown = inputs.get(ForwardGraph.INPUTS);
                if (shown.dtype().isFloating()) {
                    outputs.put(FINITE, emit().apply(AllFinite.INSTANCE, shown));
                }
            }
        }.run();
    }

    private void requireFinite() {
        int output = executable.outputIndex(FINITE);
        if (output >= 0) {
            executable.read(output, finite);
            if (finite.get(0) == 0) {
                throw new DataException(executable.notFinite().orElseThrow());
            }
        }
    }

    /** Waits for the answer that is being computed, if any; closing twice does nothing. */
    @Override
    public void close() {
        turn.lock();
        try {
            if (executable != null) {
                executable.close();
            }
            session.close();
        } finally {
            turn.unlock();
        }
    }
}
